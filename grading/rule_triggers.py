"""What PostgreSQL itself holds about versions of the rules: a published one never changes, nor do its items."""

import pgtrigger

from grading.states import RULE_SET_MOVES

_MOVES = ", ".join(f"'{old}>{new}'" for old, following in RULE_SET_MOVES.items() for new in sorted(following))


def published_stays() -> pgtrigger.Trigger:
    """A version moves along RULE_SET_MOVES. From its what-if on only who publishes it, why and when is added.

    The first version of a street, which comes from no other, is published without a what-if.
    """
    return pgtrigger.Trigger(
        name="published_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        declare=[("added", "text[]")],
        func=f"""
            IF TG_OP = 'DELETE' THEN
                IF OLD.state = 'draft' THEN RETURN OLD; END IF;
                RAISE EXCEPTION 'pgtrigger: rule set % is % and stays', OLD.version, OLD.state;
            END IF;
            IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({_MOVES})
               AND NOT (NEW.based_on_id IS NULL AND OLD.state = 'draft' AND NEW.state = 'published') THEN
                RAISE EXCEPTION 'pgtrigger: rule set % cannot go from % to %', OLD.version, OLD.state, NEW.state;
            END IF;
            IF OLD.state = 'draft' OR NEW.state = 'draft' THEN RETURN NEW; END IF;
            added := ARRAY['state'];
            IF OLD.state = 'simulated' AND NEW.state = 'published' THEN
                added := added || ARRAY['effective_on', 'published_at', 'published_by_id', 'publish_reason'];
            END IF;
            IF to_jsonb(NEW) - added <> to_jsonb(OLD) - added THEN
                RAISE EXCEPTION 'pgtrigger: rule set % is % and stays as it is', OLD.version, OLD.state;
            END IF;
            RETURN NEW;
        """,
    )


def items_follow_their_version() -> pgtrigger.Trigger:
    """Items change while their version is a draft. The shared lock makes an edit wait for a publication."""
    return pgtrigger.Trigger(
        name="items_follow_their_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("parent", "bigint")],
        func="""
            FOREACH parent IN ARRAY CASE TG_OP
                WHEN 'INSERT' THEN ARRAY[NEW.rule_set_id]
                WHEN 'DELETE' THEN ARRAY[OLD.rule_set_id]
                ELSE ARRAY[OLD.rule_set_id, NEW.rule_set_id]
            END LOOP
                PERFORM 1 FROM grading_ruleset WHERE id = parent AND state = 'draft' FOR SHARE;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'pgtrigger: the items of a rule set change only while it is a draft';
                END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )

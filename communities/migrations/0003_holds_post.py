from django.db import migrations

HOLDS_POST = """
    CREATE FUNCTION communities_holds_post(person bigint, roles text[], place bigint) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT FROM communities_post p JOIN accounts_user u ON u.id = p.user_id
            WHERE p.user_id = person AND p.role = ANY(roles) AND u.is_active
              AND (place IS NULL OR p.community_id IS NULL OR p.community_id = place)
              AND (now() AT TIME ZONE 'Asia/Shanghai')::date >= p.starts_on
              AND (p.ends_on IS NULL OR (now() AT TIME ZONE 'Asia/Shanghai')::date < p.ends_on)
        ) OR EXISTS (
            SELECT FROM accounts_user u WHERE u.id = person AND (
                u.kind = 'system' AND 'office' = ANY(roles)
                OR u.kind = 'landlord' AND u.is_active AND 'landlord' = ANY(roles))
        )
    $$
"""


class Migration(migrations.Migration):
    """Whether a person holds one of these roles today, there; as `communities.access.can` says."""

    dependencies = [("communities", "0002_days_to_replace_a_sign"), ("accounts", "0002_second_step")]
    operations = [
        migrations.RunSQL(HOLDS_POST, "DROP FUNCTION communities_holds_post(bigint, text[], bigint)")
    ]

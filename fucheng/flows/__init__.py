"""One file, one straight line across the rooms. A flow is one durable transaction; after it, workers are rung.

Rights, guards and errors are the services' (`grading.services`, `signage.services`, `letters.services`); a flow
names who acts for the audit trail and says what follows in the other rooms. In which order to read:

1. `visit`: from the door to a proposed grade. `grade_change`, `bulk_decision`: the proposal is decided.
2. `print_run`, `sign_posting`, `sign_report`: the sticker that is now owed, printed, hung, looked at.
3. `proof`, `delisting`, `objection`, `urgent_red`: what a landlord or the panel does about a grade;
   `aftermath` is what follows from decisions and checks.
4. `registry_import`, `bulk_assessment`, `rule_drafts`, `what_if`: the register and the rules, over every home.
5. The rest stands for itself, each beside its line in docs/architecture.md. `tasks` is what the clock starts,
   `apps` tells the job runner which flow does which kind of work.
"""

"""Links to other CRMs: their customers, fetched by their REST APIs and kept in step.

The parts: `ports` (what a link can ask of any CRM), `vtiger` and `suitecrm` (two of them), `web`
(requests with limits, pauses and repetitions), `declaration` and `mapping` (which field of theirs
is which of ours), `credentials`, `progress` (how far a link has come), `syncing` (the whole).
"""

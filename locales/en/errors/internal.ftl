# Bugs, and what only another version of Bursar knows. { $step } names in English which part of Bursar failed.

detail-step-failed = An internal step failed: { $step }.
detail-stored-by-other-version = Another version of Bursar stored this error, and only that version knows the details.

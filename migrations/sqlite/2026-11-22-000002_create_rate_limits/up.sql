-- Nothing: with SQLite there is one process, which counts in its memory. The migration is here because both databases
-- have the same list of them.
SELECT 1;

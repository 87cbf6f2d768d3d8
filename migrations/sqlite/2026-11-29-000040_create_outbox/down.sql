DROP TABLE key_checks;
DROP TABLE mail_tokens;
DROP TABLE outbox;

DROP TABLE key_check;
DROP TABLE mail_tokens;
DROP TABLE outbox;

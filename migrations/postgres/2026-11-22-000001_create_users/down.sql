DROP TABLE users;

DROP FUNCTION users_set_email_canonical();

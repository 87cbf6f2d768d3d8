DROP TABLE totp_enrolments;
DROP TABLE totp_factors;
DROP TABLE recovery_codes;
DROP TABLE pending_log_ins;
ALTER TABLE device_tokens DROP COLUMN skips_second_factor;
ALTER TABLE users DROP COLUMN has_passkey;
ALTER TABLE users DROP COLUMN has_totp;

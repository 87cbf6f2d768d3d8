DROP TABLE spent_ceremonies;
DROP TABLE passkeys;
DROP TABLE passkey_handles;

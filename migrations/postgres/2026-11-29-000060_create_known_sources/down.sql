DROP TABLE device_tokens;
DROP TABLE known_networks;

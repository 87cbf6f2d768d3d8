-- The role of the service, "ore", may change rows and nothing else of what the role of the migrations, "ore_owner", has
-- made and will make. In the database, as a superuser, any number of times.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "ore_owner";
GRANT USAGE ON SCHEMA public TO "ore";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "ore";
GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO "ore";
ALTER DEFAULT PRIVILEGES FOR ROLE "ore_owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "ore";
ALTER DEFAULT PRIVILEGES FOR ROLE "ore_owner" IN SCHEMA public
    GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO "ore";

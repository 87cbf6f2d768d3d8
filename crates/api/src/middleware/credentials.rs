/// Everything that has to do with credentials lies below this.
const AUTH_PREFIX: &str = "/api/v1/auth/";

pub(super) fn concerns_credentials(path: &str) -> bool {
    path.starts_with(AUTH_PREFIX)
}

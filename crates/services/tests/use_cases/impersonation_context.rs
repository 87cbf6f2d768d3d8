use std::sync::Arc;
use std::time::Duration;

use ore_domain::{
    AuditAction, AuditEntry, AuditFilter, AuditOrigin, AuditQuery, Clock, Edit, Permission, PermissionSet, Role,
    Session, SessionId, Store, StoreExt, User, UserId,
};
use ore_services::{
    Accounts, Actor, Administration, AdministrationError, AuditReader, AuthenticateError, Authentication,
    AuthenticationCaches, Caller, Mailer, OpenedSession, RegistrationPolicy, RoleAdministration, RoleChange, Sessions,
    SignedUp, StartedImpersonation, UserChange,
};
use ore_testkit::{TestStore, block_on};

use crate::context::{LOCALE, PASSWORD, POLICY, TestContext, email, password, stranger, token_keys};

pub(crate) const SUPPORT: UserId = UserId::new(1);
pub(crate) const ADA: UserId = UserId::new(2);

/// A user who may act as others, in a session of theirs, and another user.
pub(crate) struct Fixture {
    pub(crate) test: TestStore,
    pub(crate) context: TestContext,
    pub(crate) own: SessionId,
}

impl Fixture {
    pub(crate) fn new(make: fn() -> TestStore) -> Self {
        let own = SessionId::from_random_bytes([0; 16]);
        let mut fixture = Self { test: make(), context: TestContext::new().with_throttle(None), own };
        let support = fixture.sign_up("support@example.org");
        fixture.sign_up("ada@example.org");
        fixture.own = fixture.authenticate(support.access_token.expose()).unwrap().session().unwrap().id;
        fixture.make_role("support", &[Permission::UsersImpersonate, Permission::UsersRead]);
        fixture.grant(SUPPORT, "support", true);
        fixture
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.test.store()
    }

    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::new(self.store(), self.context.hasher.clone(), self.context.clock.clone())
    }

    pub(crate) fn sessions(&self) -> Sessions {
        self.context.sessions_of(self.store(), RegistrationPolicy::default())
    }

    pub(crate) fn administration(&self) -> Administration {
        let (hasher, clock) = (self.context.hasher.clone(), self.context.clock.clone());
        Administration::new(self.store(), hasher, clock, Mailer::none(), None)
    }

    pub(crate) fn roles(&self) -> RoleAdministration {
        RoleAdministration::new(self.store(), self.context.clock.clone())
    }

    pub(crate) fn sign_up(&self, address: &str) -> OpenedSession {
        let (sessions, accounts) = (self.sessions(), self.accounts());
        let signed_up = sessions.sign_up(&accounts, email(address), password(PASSWORD), stranger(), LOCALE);
        match block_on(signed_up).unwrap() {
            SignedUp::Session(session) => *session,
            SignedUp::VerifyEmail => panic!("no session was opened"),
        }
    }

    pub(crate) fn make_role(&self, name: &str, permissions: &[Permission]) {
        let (now, permissions) = (self.context.clock.now(), permissions.iter().copied().collect());
        let role =
            Role { name: name.parse().unwrap(), description: None, permissions, created_at: now, updated_at: now };
        block_on(self.store().write(move |r| r.roles().insert_role(&role))).unwrap();
    }

    pub(crate) fn allow_support(&self, permissions: &[Permission]) {
        let permissions = Some(permissions.iter().copied().collect::<PermissionSet>());
        let change = RoleChange { description: Edit::Keep, permissions };
        let name = "support".parse().unwrap();
        block_on(self.roles().update(&Actor::operator(), name, Arc::new(|_| true), change)).unwrap();
    }

    pub(crate) fn grant(&self, user: UserId, role: &str, has_role: bool) {
        let role = role.parse().unwrap();
        assert!(block_on(self.accounts().set_role(user, role, has_role, &AuditOrigin::operator())).unwrap());
    }

    pub(crate) fn set_roles_of_support(&self, roles: &[&str]) {
        let roles = Some(roles.iter().map(|role| role.parse().unwrap()).collect());
        let change = UserChange { roles, ..UserChange::default() };
        let administration = self.administration();
        let any_state = Arc::new(|_: &User| true);
        block_on(administration.update(&Actor::operator(), SUPPORT, any_state, change, LOCALE)).unwrap();
    }

    pub(crate) fn authentication(&self, idle: Duration) -> Authentication {
        let caches = AuthenticationCaches::new(Duration::from_hours(1));
        Authentication::new(self.store(), self.context.clock.clone(), token_keys(), None, &caches, idle)
    }

    pub(crate) fn authenticate(&self, token: &str) -> Result<Caller, AuthenticateError> {
        block_on(self.authentication(POLICY.idle).authenticate(token))
    }

    pub(crate) fn origin(&self) -> AuditOrigin {
        AuditOrigin::default().in_session(SUPPORT, self.own)
    }

    pub(crate) fn try_impersonate(&self) -> Result<StartedImpersonation, AdministrationError> {
        block_on(self.sessions().impersonate(ADA, "ticket 4711", &self.origin()))
    }

    pub(crate) fn impersonate(&self) -> StartedImpersonation {
        self.try_impersonate().unwrap()
    }

    pub(crate) fn listed(&self, user: UserId) -> Vec<Session> {
        let found = block_on(self.store().read(move |r| r.users().find(user))).unwrap();
        found.map_or_else(Vec::new, |user| block_on(self.sessions().of_user(&user)).unwrap())
    }

    pub(crate) fn audit(&self, action: AuditAction) -> Vec<AuditEntry> {
        let filter = AuditFilter { action: Some(action.name().to_owned()), ..AuditFilter::default() };
        block_on(AuditReader::new(self.store()).find(AuditQuery::newest(filter, 100))).unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_over(&self, token: &str) {
        let refused = self.authenticate(token);
        let is_over = matches!(refused, Err(AuthenticateError::EndedSession(ADA) | AuthenticateError::InvalidToken(_)));
        assert!(is_over, "{refused:?}");
        assert!(self.listed(ADA).iter().all(|session| session.impersonation.is_none()));
    }
}

use ore_domain::{AuditFilter, AuditListRequest, AuditOrigin, AuditSort, Clock, Permission};
use ore_services::{Actor, AdministrationError, AuditReader, AuthenticateError};
use ore_testkit::{TestStore, block_on};

use crate::impersonation_context::{ADA, Fixture, SUPPORT};

const READER: [Permission; 2] = [Permission::UsersImpersonate, Permission::AuditRead];

/// What a page of the audit log gives an actor who makes a call that needs the permission to read it.
fn read_page(fixture: &Fixture, origin: AuditOrigin) -> Result<usize, AdministrationError> {
    let actor = Actor { needed: Some(Permission::AuditRead), origin, ..Actor::operator() };
    let request = AuditListRequest {
        filters: AuditFilter::default(),
        sort: AuditSort::Id,
        is_descending: true,
        after: None,
        limit: 10,
        with_total: false,
    };
    let reader = AuditReader::new(fixture.store());
    block_on(reader.page_for(actor, request, fixture.context.clock.now())).map(|page| page.items.len())
}

#[test]
fn a_page_is_read_while_the_permission_is_there_and_the_session_goes_on() {
    let fixture = Fixture::new(TestStore::sqlite);
    fixture.allow_support(&READER);
    assert!(read_page(&fixture, fixture.origin()).unwrap() > 0);
    fixture.allow_support(&READER[..1]);
    let refused = read_page(&fixture, fixture.origin());
    assert!(matches!(refused, Err(AdministrationError::MissingPermission(Permission::AuditRead))), "{refused:?}");
    fixture.allow_support(&READER);
    assert!(block_on(fixture.sessions().end(SUPPORT, fixture.own, &AuditOrigin::default())).unwrap());
    let refused = read_page(&fixture, fixture.origin());
    assert!(matches!(refused, Err(AdministrationError::EndedSession)), "{refused:?}");
}

#[test]
fn a_page_is_read_in_an_impersonation_until_it_ends() {
    let fixture = Fixture::new(TestStore::sqlite);
    fixture.allow_support(&READER);
    fixture.grant(ADA, "support", true);
    let session = fixture.impersonate().session;
    let origin = || AuditOrigin::default().impersonating(ADA, session, SUPPORT);
    assert!(read_page(&fixture, origin()).is_ok());
    assert!(block_on(fixture.sessions().end(ADA, session, &AuditOrigin::default())).unwrap());
    let refused = read_page(&fixture, origin());
    assert!(matches!(refused, Err(AdministrationError::EndedSession)), "{refused:?}");
}

#[test]
fn a_session_goes_on_for_its_user_alone_and_until_it_ends() {
    let fixture = Fixture::new(TestStore::sqlite);
    let require = |user| block_on(fixture.sessions().require_live(user, fixture.own));
    assert!(require(SUPPORT).is_ok());
    assert!(matches!(require(ADA), Err(AuthenticateError::EndedSession(ADA))));
    assert!(block_on(fixture.sessions().end(SUPPORT, fixture.own, &AuditOrigin::default())).unwrap());
    assert!(matches!(require(SUPPORT), Err(AuthenticateError::EndedSession(SUPPORT))));
}

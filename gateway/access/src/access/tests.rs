use longmen_ledger::Currency;

use super::*;
use crate::secret::Secret;

const FILE: &str = r#"
    [roles.small]
    may = ["post", "refund"]
    entities = ["LM", "UK"]
    caps = { CNY = "100.00" }

    [principals.ann]
    roles = ["small", "monitor"]
    entities = ["LM"]
    clients = ["till-1"]

    [principals.web]
    roles = ["front"]
    clients = ["*"]

    [principals.fay]
    roles = ["finance", "front"]
"#;

fn secret(id: u8) -> Secret {
    Secret::from_bytes([id; 8], [id; 32])
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn access() -> Access {
    let mut narrow = secret(2).token_of("ann");
    narrow.roles = Some(["monitor".into(), "finance".into()].into());
    narrow.networks = Some(["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()].into());
    let mut old = secret(3).token_of("ann");
    old.expires = Some(at("2026-01-01T00:00:00Z"));
    let mut gone = secret(4).token_of("ann");
    gone.revoked = Some(at("2026-01-01T00:00:00Z"));
    let tokens = [secret(1).token_of("ann"), narrow, old, gone, secret(6).token_of("web")];
    let tokens = tokens.into_iter().fold(TokenFile::default(), TokenFile::with);
    Access::new(Some(AccessFile::parse(FILE).unwrap()), tokens).unwrap()
}

fn admit(
    client: &str,
    token: &str,
    on_behalf: Option<&str>,
    peer: Option<&str>,
) -> Result<Admitted, NotAdmitted> {
    let peer = peer.map(|peer| peer.parse().unwrap());
    let now = at("2026-11-30T00:00:00Z");
    access().admit(&Asking { client, token, certificate: None, on_behalf, peer, now })
}

#[test]
fn a_certificate_is_proof_of_its_principal_and_of_no_other() {
    let now = at("2026-11-30T00:00:00Z");
    for (client, certificate, token, expect) in [
        ("ann", Some("ann"), String::new(), Ok("ann")),
        ("till-1", Some("ann"), String::new(), Ok("ann")),
        ("ann", Some("ann"), secret(1).to_string(), Ok("ann")),
        ("ann", Some("nobody"), String::new(), Err(NotAdmitted::Unknown)),
        ("fay", Some("ann"), String::new(), Err(NotAdmitted::Forbidden)),
        // A token of another is none, whatever it says.
        ("ann", Some("fay"), secret(1).to_string(), Err(NotAdmitted::Unknown)),
        ("ann", Some("ann"), secret(9).to_string(), Err(NotAdmitted::Unknown)),
    ] {
        let asking = Asking { client, token: &token, certificate, on_behalf: None, peer: None, now };
        let found = access().admit(&asking);
        let principal = found.as_ref().map(|admitted| &*admitted.principal).map_err(|why| *why);
        assert_eq!(principal, expect, "{client} {certificate:?} {token}");
        if let Ok(admitted) = &found {
            assert_eq!(access().admit_again(&admitted.token, &asking).as_ref(), Ok(admitted));
        }
    }
}

#[test]
fn only_who_proves_to_be_somebody_is_let_in() {
    let shown = |id: u8| secret(id).to_string();
    let wrong = shown(1).replace("_0101010101010101_01", "_0101010101010101_02");
    let other = shown(1).replace("_0101010101010101_", "_0202020202020202_");
    use NotAdmitted::{Forbidden, Unknown};
    for (client, token, on_behalf, peer, expect) in [
        ("ann", shown(1), None, None, None),
        ("till-1", shown(1), None, Some("192.0.2.1"), None),
        ("till-2", shown(1), None, None, Some(Forbidden)),
        ("ann", String::new(), None, None, Some(Unknown)),
        ("ann", "0123456789abcdef".into(), None, None, Some(Unknown)),
        ("ann", wrong, None, None, Some(Unknown)),
        ("ann", other, None, Some("10.1.1.1"), Some(Unknown)),
        ("ann", shown(9), None, None, Some(Unknown)),
        ("ann", shown(3), None, None, Some(Unknown)),
        ("ann", shown(4), None, None, Some(Unknown)),
        // Of a network.
        ("ann", shown(2), None, Some("10.1.1.1"), None),
        ("ann", shown(2), None, Some("::ffff:10.1.1.1"), None),
        ("ann", shown(2), None, Some("fd00::1"), None),
        ("ann", shown(2), None, Some("11.1.1.1"), Some(Unknown)),
        ("ann", shown(2), None, None, Some(Unknown)),
        // For others.
        ("shop-7", shown(6), Some("ann"), None, None),
        ("shop-7", shown(6), Some("nobody"), None, Some(Forbidden)),
        ("ann", shown(1), Some("fay"), None, Some(Forbidden)),
    ] {
        let found = admit(client, &token, on_behalf, peer);
        assert_eq!(
            found.as_ref().err(),
            expect.as_ref(),
            "{client} {token} {on_behalf:?} {peer:?}: {found:?}"
        );
    }
}

#[test]
fn rights_are_those_of_the_principal_and_no_more_than_the_token_lets_through() {
    let cny = Currency::from_code("CNY");
    let admitted = |id: u8, client, on_behalf| {
        let admitted = admit(client, &secret(id).to_string(), on_behalf, Some("10.0.0.1")).unwrap();
        admitted.acting.permissions
    };
    for (permissions, operation, entity, amount, expect) in [
        (admitted(1, "ann", None), Operation::Post, "LM", 10_000, true),
        (admitted(1, "ann", None), Operation::Post, "LM", 10_001, false),
        // The role holds in UK, the principal does not.
        (admitted(1, "ann", None), Operation::Post, "UK", 1, false),
        (admitted(1, "ann", None), Operation::CloseDay, "LM", 0, false),
        // The token has fewer roles, and none that the principal has not.
        (admitted(2, "ann", None), Operation::Post, "LM", 1, false),
        (admitted(2, "ann", None), Operation::Status, "LM", 0, true),
        (admitted(2, "ann", None), Operation::CloseDay, "LM", 0, false),
        // A front has the rights of those for whom it acts, and not the right to act for others.
        (admitted(6, "web", None), Operation::Post, "LM", 1, false),
        (admitted(6, "web", Some("ann")), Operation::Post, "LM", 10_000, true),
        (admitted(6, "web", Some("ann")), Operation::Post, "UK", 1, false),
        (admitted(6, "web", Some("fay")), Operation::CloseDay, "UK", 0, true),
        (admitted(6, "web", Some("fay")), Operation::OnBehalf, "UK", 0, false),
    ] {
        let found = permissions.may_in(operation, entity, cny, amount);
        assert_eq!(found, expect, "{operation} {entity} {amount}");
    }
}

#[test]
fn whoever_acts_for_others_reaches_no_further_than_its_own_right_to() {
    let mut narrow = secret(7).token_of("web");
    narrow.entities = Some(["LM".into()].into());
    let file = FILE.to_owned()
        + "[principals.desk]\nroles = [\"desk\"]\n[roles.desk]\nmay = [\"on_behalf\"]\ncurrencies = [\"USD\"]\n";
    let tokens = TokenFile::default().with(narrow).with(secret(8).token_of("desk"));
    let access = Access::new(Some(AccessFile::parse(&file).unwrap()), tokens).unwrap();
    let may = |id: u8, client, on_behalf, operation, entity, currency| {
        let token = secret(id).to_string();
        let now = at("2026-11-30T00:00:00Z");
        let asking =
            Asking { client, token: &token, certificate: None, on_behalf: Some(on_behalf), peer: None, now };
        let permissions = access.admit(&asking).unwrap().acting.permissions;
        permissions.may_in(operation, entity, Currency::from_code(currency), 1)
    };
    for (id, client, on_behalf, operation, entity, currency, expect) in [
        (7, "shop", "fay", Operation::CloseDay, "LM", "CNY", true),
        (7, "shop", "fay", Operation::CloseDay, "UK", "CNY", false),
        (8, "desk", "ann", Operation::Post, "LM", "USD", true),
        (8, "desk", "ann", Operation::Post, "LM", "CNY", false),
    ] {
        let found = may(id, client, on_behalf, operation, entity, currency);
        assert_eq!(found, expect, "{id} {operation} {entity} {currency}");
    }
}

#[test]
fn a_principal_that_is_gone_has_no_right_left_and_what_is_revoked_is() {
    let mut own = secret(1).token_of("ann");
    own.roles = Some(["poster".into()].into());
    let tokens = TokenFile::default().with(own.clone());
    let token = secret(1).to_string();
    let now = at("2026-11-30T00:00:00Z");
    let asking = Asking { client: "ann", token: &token, certificate: None, on_behalf: None, peer: None, now };
    let is_in =
        |access: &Access| access.admit(&asking).is_ok() && access.admit_again(&own.id, &asking).is_ok();
    // Without an access file the token's own roles are all that there is.
    assert!(is_in(&Access::of(None, tokens.clone())));
    let file = |text: &str| Some(AccessFile::parse(text).unwrap());
    assert!(!is_in(&Access::of(file("[principals.bob]\nroles = []"), tokens.clone())));
    assert!(!is_in(&Access::of(file(""), tokens.clone())));
    let there = Access::of(file("[principals.ann]\nroles = [\"poster\"]"), tokens.clone());
    assert!(is_in(&there));
    assert!(is_in(&there.with_tokens(tokens.clone())));
    assert!(!is_in(&there.with_tokens(TokenFile::default())));
    assert!(!is_in(&there.with_tokens(tokens.clone().revoke(&own.id, now).unwrap())));
    // The same tokens by other rules.
    assert!(!is_in(&there.with_file(AccessFile::parse("[principals.bob]\nroles = []").unwrap())));
    assert!(there.is_changed_by_two() && !Access::of(None, tokens.clone()).is_changed_by_two());
    // A token with a role that its principal has not lets in without it, and that is told.
    let few = Access::of(file("[principals.ann]\nroles = [\"auditor\"]"), tokens.clone());
    let told: Vec<String> = few.contradictions().map(|one| one.to_string()).collect();
    assert!(is_in(&few) && few.lets_anybody_in(), "{told:?}");
    assert!(told.len() == 1 && told[0].contains("role poster, which principal ann has not"), "{told:?}");
    // A token of fewer roles frees nobody from what another role demands.
    let strict = "[roles.strict]\nmay = [\"balance\"]\nreason = true\n[principals.ann]\nroles = [\"poster\", \"strict\"]";
    let admitted = Access::of(file(strict), tokens.clone()).admit(&asking).unwrap();
    assert!(admitted.reasons.contains(&Operation::Balance), "{admitted:?}");
    // A token that is revoked contradicts nothing.
    assert!(Access::new(file(""), tokens.clone()).is_err());
    assert!(Access::new(file(""), tokens.revoke(&own.id, now).unwrap()).is_ok());
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let ann = secret(1).token_of("ann");
    let mut boss = secret(1).token_of("ann");
    boss.roles = Some(["boss".into()].into());
    for (token, expect) in [
        (
            ann,
            "principal ann is not in the access file; without such a file the token needs roles of its own",
        ),
        (boss, "has role boss, which is neither in the access file nor a standard role"),
    ] {
        let error = Access::new(None, TokenFile::default().with(token)).unwrap_err().to_string();
        assert!(error.ends_with(expect), "{error}");
    }
}

//! The register and the values of facts.

use super::*;

#[test]
fn builtin_ids_follow_the_register() {
    let register = Register::new();
    for builtin in Builtin::ALL {
        assert_eq!(register.find(builtin.name()), Some(FactId::from(builtin)));
    }
}

#[test]
fn a_fact_takes_only_its_own_type() {
    let register = Register::new();
    let mut facts = Facts::empty(&register);
    assert!(facts.set(Builtin::Tokens.into(), Value::Int(7)).is_ok());
    assert_eq!(
        facts.set(Builtin::Tokens.into(), Value::Bool(true)),
        Err(Value::Bool(true))
    );
    assert_eq!(facts.int(Builtin::Tokens.into()), 7);
    assert_eq!(facts.string(Builtin::Api.into()), "chat");
}

#[test]
fn time_stamps_keep_nine_digits() {
    let moment = Timestamp::parse("2023-11-16T19:15:46.680590012+01:00").unwrap();
    assert_eq!(moment.to_string(), "2023-11-16T18:15:46.680590012Z");
    assert_eq!(
        Timestamp::from_milliseconds(-1).unwrap().to_string(),
        "1969-12-31T23:59:59.999Z"
    );
    assert_eq!(Timestamp::new(i64::MAX, 0), None);
}

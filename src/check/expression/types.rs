//! How types go together.

use crate::model::Type;

/// The type that both are of. The element type of `[]` and `{}` goes with every other.
pub(super) fn unify(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Null, other) | (other, Type::Null) => Some(other.clone()),
        (Type::List(left), Type::List(right)) => Some(Type::List(Box::new(unify(left, right)?))),
        (Type::Map(left_key, left), Type::Map(right_key, right)) => Some(Type::Map(
            Box::new(unify(left_key, right_key)?),
            Box::new(unify(left, right)?),
        )),
        _ => (left == right).then(|| left.clone()),
    }
}

/// A type with its article, as messages name it.
pub(super) fn a(ty: &Type) -> String {
    match ty {
        Type::Int => "an int".to_owned(),
        Type::Uint => "a uint".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Null => "null".to_owned(),
        Type::List(element) if **element == Type::Null => "an empty list".to_owned(),
        Type::Map(key, _) if **key == Type::Null => "an empty map".to_owned(),
        other => format!("a {other}"),
    }
}

pub(super) fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Uint | Type::Double)
}

/// Whether the range of a value of the type tells the value itself, not a size.
pub(super) fn is_ranged(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Uint | Type::Timestamp | Type::Duration)
}

/// Whether values of the type have a size, which is their range.
pub(super) fn is_sized(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Bytes | Type::List(_) | Type::Map(..))
}

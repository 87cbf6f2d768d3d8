//! How a setting is declared.

use super::spec::DefaultValue::{self, Unset};
use super::spec::{SettingGroup, SettingSpec};
use super::value_type::ValueType;

/// Declares each setting as a constant named like the setting, and all of them in order as a slice of this name.
macro_rules! settings {
    ($all:ident: $($group:ident { $($name:ident = $spec:expr;)* })*) => {
        $($(
            pub(crate) const $name: $crate::spec::SettingSpec = $crate::spec::SettingSpec {
                name: stringify!($name),
                group: $crate::spec::SettingGroup::$group,
                ..$spec
            };
        )*)*

        pub(crate) const $all: &[$crate::spec::SettingSpec] = &[$($($name),*),*];
    };
}

pub(super) use settings;

pub(super) const fn setting(
    value_type: ValueType,
    default: DefaultValue,
    example: &'static str,
    description: &'static str,
) -> SettingSpec {
    let group = SettingGroup::Application;
    SettingSpec { name: "", group, value_type, default, example, description, secret: false }
}

pub(super) const fn secret(
    value_type: ValueType,
    default: DefaultValue,
    example: &'static str,
    description: &'static str,
) -> SettingSpec {
    SettingSpec { secret: true, ..setting(value_type, default, example, description) }
}

pub(super) const NOT_SET: DefaultValue = Unset("not set");

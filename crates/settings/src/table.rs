//! The table in which settings are declared, once each.

/// Declares settings and the struct that holds their values. An entry is
///
/// ```text
/// /// What the setting is for, with its unit.
/// NAME(form, default, example) => field: Type;
/// ```
///
/// The sentence is shown to operators and documents the field. The field holds one value of the form, perhaps one
/// (`Option`) or a list (`Vec`). `NAME` becomes a constant, for checks and their faults.
macro_rules! settings {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $settings:ident in $group:literal {
            $(
                $(#[doc = $description:literal])+
                $name:ident($form:expr, $default:expr, $example:expr) => $field:ident: $type:ty;
            )+
        }
    ) => {
        $(
            pub(crate) const $name: $crate::declaration::SettingSpec = $crate::declaration::SettingSpec {
                name: stringify!($name),
                group: $group,
                value_type: $form.value_type,
                default: $default,
                example: $example,
                description: concat!($($description),+).trim_ascii_start(),
            };
        )+

        $(#[$attribute])*
        #[derive(Debug, Clone)]
        #[allow(clippy::doc_markdown, reason = "operators read the sentences as plain text")]
        #[allow(rustdoc::bare_urls, rustdoc::broken_intra_doc_links, reason = "as above")]
        $visibility struct $settings {
            $($(#[doc = $description])+ $visibility $field: $type,)+
        }

        impl $settings {
            pub(crate) const SPECS: &'static [$crate::declaration::SettingSpec] = &[$($name),+];

            /// Reads every setting, with the default in place of a value that is refused.
            pub(crate) fn read(values: &mut $crate::values::Values) -> Option<Self> {
                Some(Self { $($field: values.read(&$name, &$form)?,)+ })
            }
        }
    };
}

pub(super) use settings;

//! Switches of one kind for many questions: whether something exists, works, is heeded or is refused.

switch! {
    /// Whether something the pages leave open works.
    Support {
        /// It works.
        Accepted = "accepted",
        /// An error.
        Refused = "refused",
    }
}
switch! {
    /// What is done with something the pages do not describe.
    Misuse {
        /// An error.
        Refused = "refused",
        /// Nothing.
        Ignored = "ignored",
    }
}
switch! {
    /// What becomes of a form that the pages show in some editions only.
    Heed {
        /// It works.
        Honoured = "honoured",
        /// It is read and has no effect.
        Ignored = "ignored",
        /// An error.
        Refused = "refused",
    }
}
switch! {
    /// Whether something exists.
    Presence {
        /// It does.
        Present = "present",
        /// An error.
        Absent = "absent",
    }
}
switch! {
    /// Which names tables and columns may have.
    Names {
        /// Letters, digits, `.`, `-` and `_` only.
        Documented = "documented",
        /// Anything in backticks.
        Any = "any",
    }
}
switch! {
    /// Which escapes a quoted text has.
    Escapes {
        /// Backslash escapes, unless the session switches them off.
        On = "on",
        /// None ever, as before SQL engine 2.8.4.8.
        Off = "off",
    }
}
switch! {
    /// What double quotes are.
    DoubleQuotes {
        /// An error.
        Refused = "refused",
        /// Quotes around a name.
        Names = "names",
    }
}

//! Who may do what on a node: principals and their roles, which finance people read and sign, and the tokens that they prove
//! themselves with. Pure: files come in as texts, and the time as an argument.
//!
//! ```
//! use longmen_access::{Access, AccessFile, Asking, Secret, TokenFile};
//! use longmen_ledger::Operation;
//!
//! let file = AccessFile::parse(
//!     r#"
//!     [roles.cashier]
//!     may = ["post", "balance"]
//!     entities = ["LM"]
//!     caps = { CNY = "50000.00" }
//!
//!     [principals.ann]
//!     roles = ["cashier", "auditor"]
//!     "#,
//! )
//! .unwrap();
//! let secret = Secret::from_bytes([7; 8], [9; 32]);
//! let tokens = TokenFile::default().with(secret.token_of("ann"));
//! let access = Access::new(Some(file), tokens).unwrap();
//!
//! let token = secret.to_string();
//! let now = "2026-11-30T08:00:00Z".parse().unwrap();
//! let asking = Asking { client: "ann", token: &token, certificate: None, on_behalf: None, peer: None, now };
//! let admitted = access.admit(&asking).unwrap();
//! assert!(admitted.acting.permissions.may(Operation::Post));
//! assert!(!admitted.acting.permissions.may(Operation::CloseDay));
//! ```

mod about_customers;
mod access;
mod access_file;
mod four_eyes;
mod secret;
mod standard_role;
mod token_file;

pub use about_customers::is_about_customers;
pub use access::{Access, AccessError, Admitted, Asking, NotAdmitted};
pub use access_file::{AccessFile, AccessFileError};
pub use secret::Secret;
pub use standard_role::StandardRole;
pub use token_file::{NotANetwork, Token, TokenFile, TokenFileError, check_network};

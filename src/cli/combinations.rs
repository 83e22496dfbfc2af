//! Options that make sense alone, but none together.

use super::draft::{Draft, Mistake};
use crate::os::listen_address::ListenAddress;

/// A mistake, if two of the options that were given can't both be meant.
pub(super) fn check(draft: &Draft) -> Result<(), Mistake> {
    if draft.is_given("no-log") && draft.is_given("log") {
        return Err("'--no-log' conflicts with '--log'; leave one out".to_owned());
    }
    if draft.is_given("slow-motion") && !draft.is_given("trace") {
        return Err("'--slow-motion' slows the narration of --trace; add --trace".to_owned());
    }
    if draft.is_given("admin-host") && !draft.is_given("admin") {
        return Err("'--admin-host' is a name of the live view; add --admin".to_owned());
    }
    check_addresses(&draft.config.listen)
}

/// One of two addresses that overlap could not be listened on: it would be "in use", by this server.
fn check_addresses(listen: &[ListenAddress]) -> Result<(), Mistake> {
    for (index, address) in listen.iter().enumerate() {
        let others = &mut listen[..index].iter();
        if let Some(other) = others.find(|other| address.overlaps(other)) {
            return Err(format!("'{other}' and '{address}' overlap; leave one out"));
        }
    }
    Ok(())
}

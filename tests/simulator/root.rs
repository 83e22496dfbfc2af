//! The files as the connection table sees them.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use millpond::response::resource::{Content, Documents, LookupError, Resource, SMALL};

use crate::files::DIRECTORY;
use crate::random::Random;
use crate::scene::Scene;
use crate::versions::{Found, Inode};

type LookedUp = Result<Rc<Resource<Inode>>, LookupError>;

/// The files as the connection table sees them.
pub struct Root {
    pub scene: Rc<Scene>,
    pub random: Random,
    /// What was found in this validation epoch: a second lookup of a name gets the same answer,
    /// whatever has changed meanwhile.
    pub found: HashMap<String, LookedUp>,
}

impl Documents for Root {
    type File = Inode;

    fn find(&mut self, path: &[u8]) -> LookedUp {
        let path = str::from_utf8(path).map_err(|_| LookupError::NotFound)?;
        if let Some(found) = self.found.get(path) {
            return found.clone();
        }
        let found = self.look_up(path);
        if !matches!(found, Err(LookupError::OutOfDescriptors)) {
            self.found.insert(path.to_owned(), found.clone());
        }
        found
    }

    fn begin_turn(&mut self, _monotonic: Duration, _wall: SystemTime) {
        self.revalidate();
    }

    fn revalidate(&mut self) {
        self.found.clear();
    }
}

impl Root {
    fn look_up(&mut self, path: &str) -> LookedUp {
        let mut files = self.scene.files.borrow_mut();
        if self.random.one_in(files.shortage) {
            files.out_of_descriptors += 1;
            self.scene.is_room_wanted.set(true);
            self.scene.scarce_at.set(self.scene.now.get());
            self.scene.count(|stats| stats.out_of_descriptors += 1);
            return Err(LookupError::OutOfDescriptors);
        }
        if path == DIRECTORY {
            return Err(LookupError::IsDirectory);
        }
        let found = files.since(path, u64::MAX).last().flatten();
        let found = found.cloned().ok_or(LookupError::NotFound)?;
        let tag = found.tag();
        let Found {
            inode,
            length,
            modified,
        } = found;
        let content = if length <= SMALL {
            Content::Bytes(inode.whole(length))
        } else {
            Content::File(inode)
        };
        let modified = Some(modified);
        Ok(Rc::new(Resource::of_default_type(
            path, length, modified, &tag, content,
        )))
    }
}

//! What must hold for a whole connection, whatever happens to it.
//!
//! The input is a script (see [`script`]): bytes come in pieces, the socket takes little or
//! nothing, calls are interrupted, files shrink, descriptors run out, deadlines pass. The client
//! judges every byte as it comes. When the script is over the world turns kind, and what is left
//! must come to its end without the clock's help: an edge that was lost shows there. Then all that
//! the client has sent is sent once more, in one piece, to a server whose socket takes everything:
//! the rough run must have said the same, up to where something broke.

mod client;
mod expected;
mod files;
mod invariants;
mod script;
mod verdict;
mod wire;
mod world;

use std::time::Duration;

use millpond::connection_table::ConnectionTable;
use millpond::events::event::Readiness;

use self::script::{Move, Script, Step};
use self::world::{Setting, World};

/// The end of a life, for those who judge it.
struct Life {
    world: World,
    /// How much had been sent when the server was told to stop.
    stopped_at: Option<usize>,
}

/// Panics if a connection breaks a promise in the life that `bytes` describe.
pub(crate) fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let setting = setting(&mut script);
    let mut life = Life {
        world: World::new(&setting),
        stopped_at: None,
    };
    for Move { step, has_turn } in script {
        life.step(step);
        if has_turn {
            life.world.turn(false, None, true);
        }
        if life.world.is_over() {
            break;
        }
    }
    life.finish();
    let fed = life.world.wire.borrow().fed.clone();
    verdict::judge(&mut life, &calm(&setting, &fed));
}

fn setting(script: &mut Script) -> Setting {
    let byte = script.byte();
    Setting {
        page: usize::from(byte & 3),
        keep_alive: byte & 0x1c != 0x1c,
        requests: [Some(998), None, Some(1), Some(3)][usize::from(byte >> 5 & 3)],
        bystanders: if byte & 0x80 == 0 { 0 } else { 2 },
        room: if byte & 4 == 0 { 1_000_000 } else { 50 },
    }
}

/// The same input in one piece, and nothing in its way.
fn calm(setting: &Setting, fed: &[u8]) -> World {
    let kind = Setting {
        room: usize::MAX,
        bystanders: 0,
        ..setting.clone()
    };
    let mut life = Life {
        world: World::new(&kind),
        stopped_at: None,
    };
    life.world.wire.borrow_mut().feed(fed);
    life.finish();
    life.world
}

impl Life {
    fn step(&mut self, step: Step) {
        let world = &mut self.world;
        let wire = world.wire.clone();
        match step {
            Step::Feed(bytes) => wire.borrow_mut().feed(&bytes),
            Step::End => wire.borrow_mut().end(),
            Step::Room(room) => wire.borrow_mut().add_room(room),
            Step::ReadFault(fault) => wire.borrow_mut().read_faults.push_back(fault),
            Step::WriteFault(fault) => wire.borrow_mut().write_faults.push_back(fault),
            Step::Wait(time) => world.pass(time),
            Step::Shrink(index, to) => world.table.context_mut().documents.shrink(index, to),
            Step::Exhaust(count) => world.table.context_mut().documents.out_of_descriptors = count,
            Step::Descriptors(taken) => world.take_descriptors(taken),
            Step::Spurious(bits) => world.turn(false, Some(event(bits)), true),
            Step::BusyTurn => world.turn(true, None, true),
            Step::Late => {
                let mut late = world.id;
                late.generation = late.generation.wrapping_sub(1);
                world.act(|table| table.event(late, event(7)));
            }
            Step::MakeRoom => world.act(|table| {
                table.evict_oldest();
            }),
            Step::Stop => {
                let so_far = wire.borrow().client.length;
                self.stopped_at.get_or_insert(so_far);
                wire.borrow_mut().client.stopping();
                world.act(ConnectionTable::stop);
            }
        }
    }

    /// The world turns kind, and the client has said all: it comes to an end, and that without
    /// any deadline.
    fn finish(&mut self) {
        let world = &mut self.world;
        let wire = world.wire.clone();
        wire.borrow_mut().add_room(usize::MAX);
        wire.borrow_mut().end();
        world.take_descriptors(false);
        world.table.context_mut().documents.out_of_descriptors = 0;
        // A request takes 26 bytes, and its answer three turns at the most; a fault that is still
        // to come costs a turn.
        let turns = {
            let wire = wire.borrow();
            100 + wire.fed.len() + wire.read_faults.len() + wire.write_faults.len()
        };
        for _ in 0..turns {
            if world.is_over() {
                break;
            }
            // A parked request is tried again after a while.
            world.pass(Duration::from_millis(100));
            world.turn(false, None, false);
        }
        assert!(world.is_over(), "it waits for an edge that will not come");
        world.table.close_all();
        world.write_out();
    }
}

fn event(bits: u8) -> Readiness {
    Readiness {
        readable: bits & 1 != 0,
        writable: bits & 2 != 0,
        // Never claimed before the end: the kernel does not lie about that.
        read_closed: false,
        urgent: false,
    }
}

//! Several servers on one log: rows stay whole, each appears once, and there is one header.

use std::sync::Barrier;
use std::{fs, thread};

use crate::support::load::{ENDLESS, Load, check_each_once};
use crate::support::log::{COLUMNS, rows, wait_for_rows};
use crate::support::{Server, Site};

#[test]
fn servers_that_start_together_write_one_header() {
    const SERVERS: usize = 4;
    for round in 0..10 {
        let site = Site::new();
        // In every other round they find another program's file, which exactly one of them sets
        // aside.
        let foreign = round % 2 == 1;
        if foreign {
            fs::write(site.log(), "other,columns\n").unwrap();
        }
        let barrier = Barrier::new(SERVERS);
        let start = || {
            barrier.wait();
            site.start(&[])
        };
        let servers: Vec<Server> = thread::scope(|scope| {
            let threads: Vec<_> = (0..SERVERS).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        for mut server in servers {
            server.connect().get("/");
            server.stop();
        }
        let text = fs::read_to_string(site.log()).unwrap();
        assert_eq!(text.matches(COLUMNS).count(), 1, "{text}");
        assert_eq!(rows(&site.log()).len(), SERVERS);
        let files = fs::read_dir(site.path("")).unwrap().count();
        assert_eq!(files, if foreign { 3 } else { 2 }, "root, log, log aside");
    }
}

#[test]
fn servers_under_load_share_a_log() {
    let site = Site::new();
    let mut servers = [site.start(&ENDLESS), site.start(&ENDLESS)];
    let loads = [("one", &servers[0]), ("two", &servers[1])];
    let loads = loads.map(|(name, server)| Load::start(server, name));
    // Other servers start and stop. They must not take a row that is being written for a torn one.
    for _ in 0..20 {
        let mut third = site.start(&[]);
        third.stop();
        let said = third.diagnostics.rest();
        assert_eq!(said.len(), 2, "banner and goodbye only: {said:?}");
    }
    let asked = loads.map(Load::finish).concat();
    servers.iter_mut().for_each(Server::stop);
    check_each_once(&[site.log()], &asked, 0);
}

#[test]
fn a_log_that_two_servers_lose_is_created_again_once() {
    let site = Site::new();
    let mut servers = [site.start(&ENDLESS), site.start(&ENDLESS)];
    for _ in 0..6 {
        fs::remove_file(site.log()).unwrap();
        let clients = servers.each_ref().map(Server::connect);
        for mut client in clients {
            client.get("/");
        }
        // Both servers write the rows of the last second at about the same time.
        wait_for_rows(&site.log(), 2);
    }
    servers.iter_mut().for_each(Server::stop);
    assert_eq!(rows(&site.log()).len(), 2);
}

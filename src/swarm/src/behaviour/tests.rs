use super::*;

#[test]
fn mixes() {
    for text in [
        "idle=1",
        "idle=90,silent=2,late=8",
        "drip=1,slow-reader=65535",
    ] {
        assert_eq!(Mix::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(
        Mix::parse("late, idle = 2").unwrap().to_string(),
        "idle=2,late=1"
    );
    let table = [
        ("", "no behaviour is called ''"),
        (
            "lazy=1",
            "no behaviour is called 'lazy'; there are idle, silent",
        ),
        ("idle=-1", "'-1' is no weight from 0 to 65535"),
        ("idle=1.5", "'1.5' is no weight"),
        ("idle=0,late=0", "all weights are 0"),
    ];
    for (text, message) in table {
        let found = Mix::parse(text).unwrap_err();
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn dealt_exactly_and_evenly() {
    let mut deal = Deal::new(Mix::parse("idle=7,silent=2,late=1").unwrap());
    for round in 0..3 {
        let dealt: Vec<_> = (0..10).map(|_| deal.next()).collect();
        let count = |wanted| dealt.iter().filter(|&&one| one == wanted).count();
        assert_eq!(count(Behaviour::Idle), 7, "round {round}");
        assert_eq!(count(Behaviour::Silent), 2, "round {round}");
        assert_eq!(count(Behaviour::Late), 1, "round {round}");
        assert!(!dealt.windows(2).any(|pair| pair == [Behaviour::Silent; 2]));
    }
}

#[test]
fn names_are_found() {
    for (index, behaviour) in Behaviour::ALL.into_iter().enumerate() {
        assert_eq!(behaviour as usize, index);
        assert_eq!(Behaviour::named(behaviour.name()), Some(behaviour));
    }
}

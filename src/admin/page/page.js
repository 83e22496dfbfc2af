'use strict';
const $ = id => document.getElementById(id);
const STATES = { r: 'reading', s: 'responding', i: 'idle', c: 'closing', '-': 'free' };
const AGES = ['under 125 ms', '125 ms', '250 ms', '0.5 s', '1 s', '2 s', '4 s', '8 s', '16 s', '32 s or more'];
const number = value => Number(value).toLocaleString('en-US');
const unit = (value, step, names) => {
  let index = 0;
  while (value >= step && index < names.length - 1) { value /= step; index += 1; }
  return (value >= 100 || index === 0 ? Math.round(value) : value.toFixed(1)) + ' ' + names[index];
};
const bytes = value => unit(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
const time = seconds => seconds >= 1 ? seconds.toFixed(1) + ' s' : unit(seconds * 1e6, 1000, ['µs', 'ms']);
const say = (id, text) => { const at = $(id); if (at.textContent !== String(text)) at.textContent = text; };
const make = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};

/* Rows are made once and then changed, so that an element keeps the focus. */
const rows = (id, entries) => {
  const body = $(id), most = Math.max(1, ...entries.map(entry => entry.value));
  entries.forEach((entry, index) => {
    let row = body.rows[index];
    if (!row) {
      row = body.insertRow();
      const head = make('th', entry.name);
      head.scope = 'row';
      row.append(head);
      if (entry.note !== undefined) row.append(make('th', ''));
      row.append(make('td'), make('td', undefined, 'bar'));
      row.lastChild.append(make('i'));
    }
    if (entry.note !== undefined) row.cells[1].textContent = entry.note;
    row.cells[row.cells.length - 2].textContent = number(entry.value);
    row.lastChild.firstChild.style.width = 100 * entry.value / most + '%';
    row.classList.toggle('none', entry.value === 0);
  });
};

const history = {};
let second = -1;
const remember = (id, value) => {
  const values = history[id] ||= [];
  values.push(value);
  if (values.length > 60) values.shift();
  const most = Math.max(...values) || 1;
  const points = values.map((one, index) => `${index} ${19 - 18 * one / most}`);
  $(id + '-line').firstChild.setAttribute('d', 'M' + points.join('L'));
};

let cells = '', span = 1, focused = 0, watched = null;
const slab = $('slab');
const describe = index => {
  const [state, fill, age, liveliest] = cells.substr(4 * index, 4);
  const from = index * span;
  if (span === 1) {
    return `slot ${from}: ${STATES[state]}` + (state === '-' ? '' : ` for ${AGES[age]}`);
  }
  const among = liveliest !== state ? `, some ${STATES[liveliest]}` : '';
  return `slots ${from} to ${from + span - 1}: ` +
    (state === '-' ? 'free' : `mostly ${STATES[state]}${among}, ${Math.round(fill / 9 * 100)}% full, on average for ${AGES[age]}`);
};
const draw = picture => {
  const next = picture.slab.cells, count = next.length / 4;
  const size = count <= 800 ? 24 : count <= 1800 ? 16 : 10;
  slab.style.setProperty('--size', size + 'px');
  while (slab.children.length < count) {
    const cell = make('button', undefined, 'cell');
    cell.type = 'button';
    cell.tabIndex = slab.children.length === focused ? 0 : -1;
    slab.append(cell);
  }
  while (slab.children.length > count) slab.lastChild.remove();
  const all = slab.children;
  for (let index = 0; index < count; index++) {
    const cell = next.substr(4 * index, 4);
    if (cell === cells.substr(4 * index, 4)) continue;
    const at = all[index];
    at.className = 'cell ' + (cell[0] === '-' ? '' : cell[0]) + (cell[3] !== cell[0] ? ' live' : '');
    at.style.opacity = cell[0] === '-' ? 1 : 1 - cell[2] * 0.06;
    at.style.scale = cell[0] === '-' || span === 1 ? 1 : 0.45 + cell[1] * 0.061;
  }
  cells = next;
  span = picture.slab.slots_per_cell;
  say('grain', (span === 1 ? 'A cell is a slot.' : `A cell stands for ${number(span)} slots, and is as large as they are full.`) +
    ' It pales with the time that it has been in its state, up to half a minute.');
  mark();
  if (document.activeElement && document.activeElement.parentNode === slab) label(focused);
};
const label = index => {
  const at = slab.children[index];
  if (at) { at.title = describe(index); at.setAttribute('aria-label', at.title); }
};
const mark = () => {
  const index = watched === null ? -1 : Math.floor(watched / span);
  for (const old of slab.querySelectorAll('[aria-pressed]')) {
    if (old !== slab.children[index]) old.removeAttribute('aria-pressed');
  }
  if (slab.children[index]) slab.children[index].setAttribute('aria-pressed', 'true');
};
const move = index => {
  if (index < 0 || index >= slab.children.length) return;
  if (slab.children[focused]) slab.children[focused].tabIndex = -1;
  focused = index;
  label(index);
  slab.children[index].tabIndex = 0;
  slab.children[index].focus();
};
slab.addEventListener('focusin', event => label([...slab.children].indexOf(event.target)));
slab.addEventListener('mouseover', event => { if (event.target !== slab) label([...slab.children].indexOf(event.target)); });
slab.addEventListener('click', event => {
  const index = [...slab.children].indexOf(event.target);
  if (index >= 0) { move(index); watch(index * span); }
});
slab.addEventListener('keydown', event => {
  const all = slab.children, width = all.length ? all[0].offsetWidth + 2 : 1;
  const line = Math.max(1, Math.floor((slab.clientWidth + 2) / width));
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: line, ArrowUp: -line, Home: -focused, End: all.length - 1 - focused };
  if (event.key in steps) { event.preventDefault(); move(focused + steps[event.key]); }
});

const show = picture => {
  const { connections, loop, queues, descriptors, limits, server } = picture;
  say('server', `version ${server.version}, process ${server.process}, ${server.phase} for ${time(server.uptime_seconds)}; ${server.viewers} watching`);
  say('open', number(connections.open));
  say('most', `of ${number(limits.connections)}`);
  say('turns', number(loop.last_second.turns));
  say('lag', time(loop.last_second.longest_turn_seconds));
  say('rate', number(loop.last_second.responses));
  say('out', bytes(loop.last_second.bytes_written));
  say('batch', number(loop.last_batch));
  say('ready', number(queues.ready));
  say('parked', queues.parked ? `and ${queues.parked} parked` : '');
  say('used', number(descriptors.connections + descriptors.files));
  say('limit', `of ${number(descriptors.limit)}`);
  if (Math.floor(server.uptime_seconds) !== second) {
    second = Math.floor(server.uptime_seconds);
    remember('turns', loop.last_second.turns);
    remember('lag', loop.last_second.longest_turn_seconds);
    remember('rate', loop.last_second.responses);
    remember('out', loop.last_second.bytes_written);
  }
  for (const letter of 'rsic') {
    const name = STATES[letter];
    if (!$('key-' + name)) {
      const item = make('li'), count = make('b', '0');
      count.id = 'key-' + name;
      item.append(make('span', undefined, 'cell ' + letter), make('span', name), count);
      $('key').append(item);
    }
    say('key-' + name, number(connections[name]));
  }
  draw(picture);
  rows('deadlines', Object.entries(queues.deadlines).map(([name, value]) =>
    ({ name, value, note: limits.deadline_seconds[name] + ' s' })));
  // Most servers send four statuses, and all servers hardly ever the others.
  const usual = ['200', '304', '400', '404'];
  const statuses = Object.entries(picture.responses).map(([name, value]) => ({ name, value }));
  rows('statuses', statuses.filter(({ name, value }) => value > 0 || usual.includes(name)));
  say('bytes', `${bytes(picture.bytes.read)} read and ${bytes(picture.bytes.written)} written in all`);
  const shown = loop.lag_counts.filter(({ up_to_us }) => up_to_us === null || [10, 50, 100, 500, 1000, 5000, 10000, 100000].includes(up_to_us));
  let last = 0;
  rows('lags', shown.map(({ up_to_us }) => {
    const until = up_to_us === null ? Infinity : up_to_us, from = last;
    last = until;
    const value = loop.lag_counts.reduce((sum, one) => {
      const bound = one.up_to_us === null ? Infinity : one.up_to_us;
      return bound > from && bound <= until ? sum + one.turns : sum;
    }, 0);
    return { name: until === Infinity ? 'longer' : time(until / 1e6), value };
  }));
  const list = $('causes');
  Object.entries(picture.close_causes).forEach(([name, value], index) => {
    const item = list.children[index] || list.appendChild(make('div'));
    if (!item.firstChild) item.append(make('dt', name), make('dd'));
    item.lastChild.textContent = number(value);
  });
};

let spokenAt = 0, spoken = '';
const speak = ({ connections }) => {
  const text = `${connections.open} connections: ${connections.reading} reading, ${connections.responding} responding, ` +
    `${connections.idle} idle, ${connections.closing} closing.`;
  if (text !== spoken && Date.now() - spokenAt > 5000) {
    spoken = text;
    spokenAt = Date.now();
    say('spoken', text);
  }
};

const showConnection = one => {
  const name = one.serial === null ? `Slot ${one.slot}` : `Connection ${one.serial} in slot ${one.slot}`;
  say('who', one.open ? `${name}, from ${one.peer}` : one.serial === null ? `${name} is free; the next connection in it is watched.` : `${name} is closed.`);
  $('facts').hidden = !one.open;
  if (one.open) {
    const facts = { State: `${one.state}, for ${time(one.state_seconds)}`, 'Waits for': one.waits_for,
      'Closed by': `the ${one.deadline} deadline, in ${one.deadline_in_seconds.toFixed(1)} s`,
      Responses: number(one.responses), 'Open for': time(one.age_seconds) };
    const body = $('facts').tBodies[0];
    Object.entries(facts).forEach(([name, text], index) => {
      let row = body.rows[index];
      if (!row) { row = body.insertRow(); const head = make('th', name); head.scope = 'row'; row.append(head, make('td')); }
      row.lastChild.textContent = text;
    });
  }
  const list = $('timeline');
  const lines = one.timeline.slice().reverse().map(line => {
    const item = make('li');
    item.append(make('time', line.at.toFixed(3)), make('span', line.text));
    return item;
  });
  list.replaceChildren(...lines);
};

let source = null, heard = 0, again = 0;
const listen = () => {
  if (source) source.close();
  source = new EventSource('events' + (watched === null ? '' : '?watch=' + watched));
  source.addEventListener('picture', event => {
    heard = Date.now();
    $('link').className = '';
    say('link', 'live');
    const picture = JSON.parse(event.data);
    show(picture);
    speak(picture);
  });
  source.addEventListener('connection', event => showConnection(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    $('link').className = 'lost';
    say('link', 'no connection to the server; trying again');
    /* After a refusal a source does not try again: a new one is necessary. */
    if (source.readyState === EventSource.CLOSED) { clearTimeout(again); again = setTimeout(listen, 2000); }
  });
};
setInterval(() => {
  if (heard && Date.now() - heard > 4000) { $('link').className = 'lost'; say('link', 'no news from the server'); }
}, 1000);
const watch = slot => {
  watched = slot;
  $('slot').value = slot ?? '';
  $('leave').hidden = slot === null;
  if (slot === null) {
    say('who', 'No connection is watched.');
    $('facts').hidden = true;
    $('timeline').replaceChildren();
  }
  mark();
  listen();
};
$('pick').addEventListener('submit', event => { event.preventDefault(); watch(Number($('slot').value)); });
$('leave').addEventListener('click', () => watch(null));
listen();

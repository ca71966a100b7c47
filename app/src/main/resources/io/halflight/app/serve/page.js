const $ = id => document.getElementById(id);
let token = '';
const waiting = [];
let looking = false;

const headers = () => (token ? { Authorization: 'Bearer ' + token } : {});

function say(text, wrong) {
  $('message').textContent = text;
  $('message').className = wrong ? 'wrong' : '';
}

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function percent(p) {
  return (100 * p).toFixed(1) + '\u00a0%';
}

function entry(file, result) {
  const item = element('li');
  const image = element('img');
  image.alt = '';
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  image.onerror = () => image.removeAttribute('src'); // a kind that the server reads and the browser does not
  const side = element('div');
  if (result.error) {
    side.append(element('h2', 'wrong', 'Not read'), element('p', 'name', result.error));
  } else {
    side.append(element('h2', '', result.label), element('p', 'name', file.name));
    for (const score of result.scores) {
      const row = element('div', 'score');
      const bar = element('div', 'bar');
      bar.append(element('div'));
      bar.firstChild.style.width = 100 * score.probability + '%';
      row.append(element('span', '', score.label), bar, element('span', '', percent(score.probability)));
      side.append(row);
    }
  }
  item.append(image, side);
  return item;
}

async function ask(file) {
  const body = new FormData();
  body.append('picture', file, file.name || 'pasted');
  const reply = await fetch('predict', { method: 'POST', headers: headers(), body });
  const said = await reply.json();
  if (!said.results) throw Object.assign(new Error(said.error), { status: reply.status });
  return said.results[0];
}

async function look() {
  if (looking) return;
  looking = true;
  try {
    for (; waiting.length; waiting.shift()) {
      say('Looking at ' + waiting[0].name + (waiting.length > 1 ? ', ' + (waiting.length - 1) + ' more to go' : ''));
      $('results').prepend(entry(waiting[0], await ask(waiting[0])));
    }
    say('');
  } catch (failure) { // what waits, waits for the token or for the next picture
    if (failure.status === 401) {
      $('locked').hidden = false;
      $('token').focus();
    } else {
      waiting.shift();
    }
    say(failure.status ? failure.message : 'The server does not answer.', true);
  } finally {
    looking = false;
  }
}

function add(files) {
  if (!files.length) return;
  waiting.push(...files);
  look();
}

async function model() {
  const reply = await fetch('model', { headers: headers() });
  if (reply.ok) {
    const said = await reply.json();
    $('model').textContent = said.name + ', ' + said.classes.length + ' classes';
  }
  $('locked').hidden = reply.status !== 401;
}

$('files').addEventListener('change', event => add(event.target.files));
$('form').addEventListener('submit', event => {
  event.preventDefault();
  token = $('token').value;
  model().then(look);
});
for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, event => {
    event.preventDefault();
    $('drop').classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
  });
}
document.addEventListener('drop', event => add(event.dataTransfer.files));
document.addEventListener('paste', event => add(event.clipboardData.files));
model().catch(() => say('The server does not answer.', true));

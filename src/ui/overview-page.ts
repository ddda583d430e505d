/**
 * The page at /ui/: services with the state of their checks, and nodes, kept up to date by blocking queries. One text, without files of its
 * own: the program stays a handful of files, and the page may load nothing but what the API answers (its Content-Security-Policy names
 * its script and style by their hashes). What comes from the API is only ever set as text.
 */
import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
.passing { color: #1a7f37; } .warning { color: #9a6700; } .critical, #fault { color: #cf222e; }
input { font: inherit; padding: .2rem .5rem; width: 16rem; }
`;

const script = `
const find = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const shown = { services: [], nodes: [] };
function cell(text, kind) {
  const made = document.createElement('td');
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
function fill(id, rows) {
  const wanted = find('search').value.toLowerCase();
  const kept = rows.filter((row) => row.name.toLowerCase().includes(wanted));
  find(id).replaceChildren(...kept.map((row) => {
    const line = document.createElement('tr');
    line.append(...row.cells.map(([text, kind]) => cell(text, kind)));
    return line;
  }));
}
function stateOf(passing, warning, critical) {
  const parts = [[critical, 'critical'], [warning, 'warning'], [passing, 'passing']].filter(([count]) => count > 0);
  return [parts.map(([count, name]) => count + ' ' + name).join(', '), parts.length > 0 ? parts[0][1] : ''];
}
function serviceRow(service) {
  const { Name, Kind, InstanceCount, Tags, ChecksPassing, ChecksWarning, ChecksCritical } = service;
  const state = stateOf(ChecksPassing, ChecksWarning, ChecksCritical);
  return { name: Name, cells: [[Name], [Kind || ''], [InstanceCount], state, [(Tags || []).join(', ')]] };
}
function nodeRow({ Node, Address, Services, Checks }) {
  const count = (status) => Checks.filter((check) => check.Status === status).length;
  const state = stateOf(count('passing'), count('warning'), count('critical'));
  return { name: Node, cells: [[Node], [Address], [Services.length], state] };
}
async function follow(what, rowOf) {
  for (let index = 0; ; ) {
    try {
      const answer = await fetch('/v1/internal/ui/' + what + '?wait=60s&index=' + index);
      if (!answer.ok) throw new Error(answer.status + ' ' + (await answer.text()));
      index = Number(answer.headers.get('X-Consul-Index')) || 0;
      shown[what] = (await answer.json()).map(rowOf);
      fill(what, shown[what]);
      find('fault').textContent = '';
    } catch (error) {
      find('fault').textContent = 'The agent does not answer: ' + error.message;
      index = 0;
      await pause(3000);
    }
    await pause(250);
  }
}
find('search').addEventListener('input', () => { for (const what in shown) fill(what, shown[what]); });
follow('services', serviceRow);
follow('nodes', nodeRow);
`;

const policy = `default-src 'none'; connect-src 'self'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;

export const overviewPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mesh</title>
<style>${style}</style>
<h1>mesh</h1>
<p><label>Search <input id="search" type="search"></label> <span id="fault" role="status"></span>
<h2>Services</h2>
<table><thead><tr><th>Name<th>Kind<th>Instances<th>Checks<th>Tags</thead><tbody id="services"></tbody></table>
<h2>Nodes</h2>
<table><thead><tr><th>Name<th>Address<th>Services<th>Checks</thead><tbody id="nodes"></tbody></table>
<script>${script}</script>
</html>
`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

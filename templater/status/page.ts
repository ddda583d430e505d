/** The status page for browsers: one table, no scripts, anew every five seconds. */
import { execText, type GroupReport, groupsByResource, isWell, type ResourceReport, type StatusReport, stateText } from './report.js';
import { ago, shortVersion } from './text.js';

const style = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1c2733;background:#fff}
h1{font-size:1.25rem}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d9e0e7;vertical-align:top}
th{font-weight:600;white-space:nowrap}code,td.name{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.ok{color:#0b6b3a}.failing{color:#a80f22;font-weight:600}.waiting,.pinned,.starting{color:#7a4b00;font-weight:600}small{color:#51606f}
@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#12181f}th,td{border-color:#2d3a47}.ok{color:#63c995}.failing{color:#ff8a95}.waiting,.pinned,.starting{color:#f0b95b}small{color:#9db0c3}}`;

export function statusPage(report: StatusReport, nowMs: number): string {
  const { Process, Resources, Groups, Exec } = report;
  const groups = groupsByResource(report);
  const rows = Resources.map((resource) => resourceRow(resource, groups.get(resource.Name), nowMs)).join('\n');
  const notes = Groups.filter(({ Pinned, Rollout }) => Pinned !== null || Rollout !== null).map(groupRow);
  const groupTable =
    notes.length === 0
      ? ''
      : `<table><thead><tr><th>Group</th><th>Pinned</th><th>Rollout</th></tr></thead><tbody>${notes.join('\n')}</tbody></table>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><meta name="viewport" content="width=device-width">
<title>mesh-template: ${isWell(report) ? 'all well' : 'not well'}</title><style>${style}</style></head><body>
<h1>mesh-template on ${escaped(Process.Instance)}</h1>
<p>Version ${escaped(Process.Version)}, process ${Process.Pid}, <code>${escaped(Process.Config)}</code>, began ${ago(Process.Started, nowMs)}.
${Exec === null ? '' : `<br>[exec] <code>${escaped(Exec.Command)}</code>: ${escaped(execText(Exec)) || 'started'}.`}
<a href="status.json">JSON</a> <a href="metrics">metrics</a> <a href="health">health</a></p>
<table><thead><tr><th>Resource</th><th>State</th><th>Depends on</th><th>Rendered</th><th>Reloaded</th><th>Version</th><th>Changed last</th></tr></thead><tbody>
${rows}
</tbody></table>
${groupTable}
</body></html>
`;
}

function resourceRow(resource: ResourceReport, group: GroupReport | undefined, nowMs: number): string {
  const why = stateText(resource, group);
  const reload = group?.LastReload;
  const cells = [
    `<td class="name">${escaped(resource.Name)}<br><small>${escaped(resource.Destination)}</small></td>`,
    `<td><span class="${resource.State}">${resource.State}</span>${why === '' ? '' : `<br><small>${escaped(why)}</small>`}</td>`,
    `<td>${resource.Dependencies.map((name) => `<code>${escaped(name)}</code>`).join('<br>') || '-'}</td>`,
    `<td>${ago(resource.LastRender?.Time, nowMs)}</td>`,
    `<td>${reload ? `<span class="${reload.Ok ? 'ok' : 'failing'}">${escaped(reload.Exit)}</span><br><small>${ago(reload.Time, nowMs)}</small>` : '-'}</td>`,
    `<td><code>${resource.Deployed === null ? '-' : escaped(shortVersion(resource))}</code></td>`,
    `<td>${resource.LastChange.map((cause) => `<code>${escaped(cause)}</code>`).join('<br>') || '-'}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function groupRow({ Name, Pinned, Rollout }: GroupReport): string {
  const rollout =
    Rollout === null ? '-' : `<code>${escaped(Rollout.Lock)}</code> ${Rollout.Phase}<br><small>${escaped(Rollout.Text)}</small>`;
  return `<tr><td class="name">${escaped(Name)}</td><td>${Pinned === null ? '-' : `version ${Pinned.Version}`}</td><td>${rollout}</td></tr>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

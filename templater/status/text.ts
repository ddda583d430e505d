/** The report for people: a table of everything, or all about one resource. */
import { columnize } from '../../src/lib/columnize.js';
import { execText, type GroupReport, groupsByResource, type ResourceReport, type StatusReport, stateText } from './report.js';

type Row = readonly string[];

/** @param nowMs milliseconds since the epoch */
export function reportText(report: StatusReport, nowMs: number): string {
  const { Process, Resources, Groups, Exec } = report;
  const began = `mesh-template ${Process.Version}, process ${Process.Pid}, ${Process.Config}, began ${ago(Process.Started, nowMs)}`;
  const title = Exec === null ? began : `${began}\n[exec] ${Exec.Command}: ${oneLine(execText(Exec)) || 'started'}`;
  const groups = groupsByResource(report);
  const resourceRows: readonly Row[] = Resources.map((resource) => [
    resource.Name,
    resource.State,
    ago(resource.LastRender?.Time, nowMs),
    reloadText(groups.get(resource.Name), nowMs),
    resource.Deployed === null ? '-' : shortVersion(resource),
    oneLine(stateText(resource, groups.get(resource.Name)) || changeText(resource)),
  ]);
  const resources = columnize([['RESOURCE', 'STATE', 'RENDERED', 'RELOADED', 'VERSION', 'WHY'], ...resourceRows]);
  const notable = Groups.filter(({ Resources: members, Pinned, Rollout }) => members.length > 1 || Pinned !== null || Rollout !== null);
  if (notable.length === 0) return `${title}\n\n${resources}\n`;
  const groupRows: readonly Row[] = notable.map((group) => [
    group.Name,
    `${group.Resources.length}`,
    group.Pinned === null ? '-' : `version ${group.Pinned.Version}`,
    group.Rollout === null ? '-' : `${group.Rollout.Lock}: ${group.Rollout.Phase}`,
  ]);
  return `${title}\n\n${resources}\n\n${columnize([['GROUP', 'RESOURCES', 'PINNED', 'ROLLOUT'], ...groupRows])}\n`;
}

/** undefined when there is no such resource. */
export function resourceText(report: StatusReport, name: string, nowMs: number): string | undefined {
  const resource = report.Resources.find(({ Name }) => Name === name);
  if (resource === undefined) return undefined;
  const group = groupsByResource(report).get(resource.Name);
  const rows: Row[] = [
    ['Resource', resource.Name],
    ['State', [resource.State, stateText(resource, group)].filter((part) => part !== '').join(': ')],
    ['Template', resource.Template],
    ['Destination', resource.Destination],
    ...(group !== undefined && (group.Resources.length > 1 || group.Name !== resource.Name) ? [['Group', group.Name]] : []),
    ['Depends on', resource.Dependencies.join(', ') || '-'],
    ...resource.Waiting.map(({ What, Since }) => ['Waits for', `${What}, since ${ago(Since, nowMs)}`]),
    [
      'Rendered',
      resource.LastRender === null ? 'never' : `${ago(resource.LastRender.Time, nowMs)}, in ${resource.LastRender.DurationMs} ms`,
    ],
    ['Changed last', resource.LastChange.join(', ') || '-'],
    ...deployedRows(resource, nowMs),
    ...reloadRows(group, nowMs),
  ];
  return `${columnize(rows.map(([label = '', text = '']) => [label, oneLine(text)]))}\n`;
}

function deployedRows({ Deployed, Failure }: ResourceReport, nowMs: number): Row[] {
  const failure: Row[] = Failure === null ? [] : [['Failure', `${Failure.Stage}, ${ago(Failure.Since, nowMs)}: ${Failure.Message}`]];
  if (Deployed === null) return failure;
  const files = Deployed.Files.map(({ Destination, Sha256 }) => ['File', `${Destination} ${Sha256}`]);
  return [...failure, ['Deployed', `${ago(Deployed.Time, nowMs)}, from index ${Deployed.Index}`], ...files];
}

function reloadRows(group: GroupReport | undefined, nowMs: number): Row[] {
  const rows: Row[] = [];
  if (group?.LastReload) {
    const { Time, Command, Exit, Causes, Output } = group.LastReload;
    rows.push(['Reloaded', `${ago(Time, nowMs)}: ${Exit} (${Command})`], ['because of', Causes.join(', ') || '-']);
    if (Output.trim() !== '') rows.push(['which said', Output.trim()]);
  }
  if (group?.Pinned) rows.push(['Pinned', `version ${group.Pinned.Version}, ${ago(group.Pinned.Since, nowMs)}`]);
  if (group?.Rollout)
    rows.push(['Rollout', [`${group.Rollout.Lock}: ${group.Rollout.Phase}`, group.Rollout.Text].filter((part) => part !== '').join(', ')]);
  return rows;
}

function changeText({ LastChange }: ResourceReport): string {
  const [first, ...more] = LastChange;
  if (first === undefined || first === 'start') return '';
  return `${first}${more.length === 0 ? '' : ` and ${more.length} more`} changed last`;
}

function reloadText(group: GroupReport | undefined, nowMs: number): string {
  const reload = group?.LastReload;
  if (!reload) return '-';
  return `${ago(reload.Time, nowMs)}${reload.Ok ? '' : ', failed'}`;
}

/** "a1b2c3d4@42" */
export function shortVersion({ Deployed }: Pick<ResourceReport, 'Deployed'>): string {
  const [file, ...more] = Deployed?.Files ?? [];
  const hash = file === undefined ? 'none' : more.length > 0 ? `${more.length + 1} files` : file.Sha256.slice(0, 8);
  return Deployed?.Index ? `${hash}@${Deployed.Index}` : hash;
}

/** "12s ago", "3h ago"; "-" for never. */
export function ago(time: string | undefined, nowMs: number): string {
  if (time === undefined) return '-';
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s ago`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h ago` : `${Math.floor(seconds / 86_400)}d ago`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' | ');
}

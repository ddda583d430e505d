/**
 * The book in Prometheus' terms. Every series of a resource is there with 0 from its beginning on, none expires while the resource is
 * part of the run, and no name holds a host.
 */
import type { Labels, Sample } from '../../src/lib/metrics.js';
import type { GaugeValue, Totals, TotalValue } from '../../src/lib/metrics-report.js';
import { rolloutPhases } from '../rollout/notes.js';
import type { StatusBook } from './book.js';
import { resourceStates } from './report.js';

const stages = ['render', 'check', 'write', 'reload'] as const;

export function totalsOf(book: StatusBook, { startedMs }: { readonly startedMs: number }): Totals {
  const { resources, groups: allGroups } = book.counts();
  const resourceReports = book.resourceReports();
  // Series must be unique, and nothing keeps a group from being called as a resource of its own is.
  const groups = uniqueBy(allGroups, ({ name }) => name);
  const groupReports = uniqueBy(book.groupReports(), ({ Name }) => Name);
  return {
    gauges: [
      gauge('start_time_seconds', 'When the process began, in seconds since 1970.', {}, startedMs / 1000),
      ...resources.map(({ name, waitingMs }) => {
        return gauge(
          'waiting_seconds',
          'For how long a resource has been waiting for data; 0 when it is not.',
          { resource: name },
          waitingMs / 1000,
        );
      }),
      ...resourceReports.flatMap(({ Name, State }) =>
        resourceStates.map((state) => {
          return gauge('resource_state', '1 for the state a resource is in.', { resource: Name, state }, State === state ? 1 : 0);
        }),
      ),
      ...resourceReports.flatMap(({ Name, LastRender, Deployed }) => [
        gauge(
          'last_render_timestamp_seconds',
          'When a resource was rendered last; 0 for never.',
          { resource: Name },
          seconds(LastRender?.Time),
        ),
        gauge(
          'last_deploy_timestamp_seconds',
          'When its files were last as rendered; 0 for never.',
          { resource: Name },
          seconds(Deployed?.Time),
        ),
        gauge('deployed_index', 'The highest modify index of what its files were made from.', { resource: Name }, Deployed?.Index ?? 0),
      ]),
      ...groupReports.flatMap(({ Name, LastReload, Pinned }) => [
        gauge('last_reload_timestamp_seconds', 'When a group was reloaded last; 0 for never.', { group: Name }, seconds(LastReload?.Time)),
        gauge(
          'last_reload_successful',
          '1 when the last reload of a group went well, or there was none.',
          { group: Name },
          LastReload?.Ok === false ? 0 : 1,
        ),
        gauge('pinned_version', 'The version a group is pinned to; 0 for none.', { group: Name }, Pinned?.Version ?? 0),
      ]),
      ...groupReports.flatMap(({ Name, Rollout }) =>
        rolloutPhases.map((phase) => {
          const help = '1 for how a group of this machine stands in its rollout; idle without one.';
          return gauge('rollout_phase', help, { group: Name, phase }, (Rollout?.Phase ?? 'idle') === phase ? 1 : 0);
        }),
      ),
    ],
    counters: resources.flatMap(({ name, counts }) => [
      ...stages.map((stage) =>
        counter('failures_total', 'Failures, by what failed.', { resource: name, stage }, counts.failures[stage].count),
      ),
      counter(
        'deploys_total',
        'How often the files of a resource were put in place, or found as wanted.',
        { resource: name },
        counts.deployments.count,
      ),
    ]),
    samples: [
      ...resources.flatMap(({ name, counts }) => [
        total('render_seconds', 'Renderings of a resource, and how long they took.', { resource: name }, counts.renders),
        total('waited_seconds', 'Waits for data that are over, and how long they took.', { resource: name }, counts.waits),
      ]),
      ...groups.flatMap(({ name, counts }) => [
        total('reload_seconds', 'Reloads of a group, and how long they took.', { group: name, result: 'ok' }, counts.goodReloads),
        total('reload_seconds', 'Reloads of a group, and how long they took.', { group: name, result: 'failed' }, counts.badReloads),
      ]),
    ],
  };
}

function uniqueBy<T>(list: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return [...new Map(list.map((item) => [nameOf(item), item])).values()];
}

const prefix = 'mesh_template_';

function gauge(name: string, help: string, labels: Labels, value: number): GaugeValue {
  return { series: { name, help, labels }, fullName: `${prefix}${name}`, value };
}

function counter(name: string, help: string, labels: Labels, count: number): TotalValue {
  return { series: { name, help, labels }, fullName: `${prefix}${name}`, count, sum: count };
}

/** Milliseconds to seconds. */
function total(name: string, help: string, labels: Labels, { count, sum }: Sample): TotalValue {
  return { series: { name, help, labels }, fullName: `${prefix}${name}`, count, sum: sum / 1000 };
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) / 1000;
}

/** What `check` found, for people and for `grep`: one line for each need. */
import { counted } from '../plan/plan-text.js';
import type { Resource } from '../resource.js';
import type { Need } from './needs.js';

export interface CheckedResource {
  readonly resource: Resource;
  readonly needs: readonly Need[];
  /** Why it cannot be used, '' when it can. */
  readonly fault: string;
}

interface Checked {
  readonly checked: readonly CheckedResource[];
  /** Of the configuration. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

export const isMissing = ({ state }: Need) => state === 'missing';

export function checkText({ checked, failures, warnings }: Checked): string {
  const problems = [...failures.map((text) => `Failed: ${text}`), ...warnings.map((text) => `Warning: ${text}`)];
  const sections = [...checked.map(resourceText), ...(problems.length === 0 ? [] : [problems.join('\n')]), summary(checked, failures)];
  return `${sections.join('\n\n')}\n`;
}

function resourceText({ resource, needs, fault }: CheckedResource): string {
  const lines = needs.map((need) => `  ${stateWords[need.state].padEnd(8)} ${needText(need)}`);
  const shown = resource.name === resource.destination ? resource.name : `${resource.name} -> ${resource.destination}`;
  return [shown, ...(fault === '' ? [] : [`  Failed: ${fault}`]), ...lines].join('\n');
}

const stateWords: Readonly<Record<Need['state'], string>> = { there: 'ok', missing: 'MISSING', optional: 'optional', unknown: 'needs' };

function needText({ what, lines, detail }: Need): string {
  const place = lines.length === 0 ? '' : ` (line ${lines.join(', ')})`;
  return `${what}${place}${detail === '' ? '' : `: ${detail}`}`;
}

function summary(checked: readonly CheckedResource[], failures: readonly string[]): string {
  const needs = checked.flatMap((one) => one.needs);
  const missing = needs.filter(isMissing).length;
  const failed = failures.length + checked.filter(({ fault }) => fault !== '').length;
  return `${counted(checked.length, 'resource')}, ${counted(needs.length, 'need')}: ${missing} missing, ${failed} failed`;
}

/** `check_cmd` is a Go template of its own, named "checkcmd" in error texts; its data are `.src` and `.dest`. */
import type { DataSource } from '../data-source.js';
import { compile } from '../engine.js';
import { KeyTree } from '../key-tree.js';

/** @throws TemplateError */
export async function renderCommand(command: string, data: { readonly src: string; readonly dest: string }): Promise<string> {
  if (!command.includes('{{')) return command;
  const template = await compile({ text: command, name: 'checkcmd', syntax: 'go', dialect: 'go' });
  return Buffer.from(template.render(noData, data).bytes).toString('utf8');
}

/** The `go` dialect has no function that asks for data. */
const noData: DataSource = {
  lookup: () => undefined,
  keys: KeyTree.empty,
  environment: () => undefined,
  now: () => 0,
};

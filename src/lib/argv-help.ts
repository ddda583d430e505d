/**
 * Help texts. cac keeps the register of commands and options and lays the columns out; the words around them are ours, because
 * Consul's users (and scripts) look for a line that starts with "Usage: ". Read only when help is asked for: it costs start-up time.
 */
import { type CAC, cac } from 'cac';
import type { Flag, FlagTable } from './argv.js';

interface Section {
  title?: string;
  body: string;
}

export interface CommandHelp {
  /** "mesh kv get [options] KEY" */
  readonly usage: string;
  readonly about: string;
  readonly flags: FlagTable;
}

/** Help of one command: usage, what it does, its flags. */
export function commandHelp({ usage, about, flags }: CommandHelp): string {
  const program = cac('mesh');
  const command = program.command('command', about);
  for (const [name, flag] of Object.entries(flags)) command.option(shown(name, flag), flag.about, fallbackOf(flag));
  const options = bodyOf(
    sectionsOf(program, () => command.outputHelp()),
    'Options',
  );
  return `Usage: ${usage}\n\n${indented(about)}\n\nOptions:\n\n${options}\n`;
}

export interface ListHelp {
  /** "mesh kv <subcommand> [options] [args]" */
  readonly usage: string;
  readonly about: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
}

/** Help of a group of commands, or of the whole program. */
export function commandListHelp({ usage, about, commands }: ListHelp): string {
  const program = cac('mesh');
  for (const command of commands) program.command(command.name, command.about);
  const list = bodyOf(
    sectionsOf(program, () => program.outputHelp()),
    'Commands',
  );
  const prose = about === '' ? '' : `${indented(about)}\n\n`;
  return `Usage: ${usage}\n\n${prose}Available commands are:\n\n${list}\n`;
}

/** Stops cac on its way to the console. */
class Laid {
  readonly sections: readonly Section[];
  constructor(sections: readonly Section[]) {
    this.sections = sections;
  }
}

/** cac hands its sections to a callback and then prints them itself; leaving the callback by a throw keeps it from printing. */
function sectionsOf(program: CAC, print: () => void): readonly Section[] {
  program.help((sections) => {
    throw new Laid(sections);
  });
  try {
    print();
  } catch (thrown) {
    if (thrown instanceof Laid) return thrown.sections;
    throw thrown;
  }
  throw new TypeError('cac printed help without asking for its sections');
}

function bodyOf(sections: readonly Section[], title: string): string {
  const body = sections.find((section) => section.title === title)?.body ?? '';
  return body.replace(/ +$/gm, '');
}

function shown(name: string, flag: Flag): string {
  switch (flag.kind) {
    case 'bool':
      return `-${name}`;
    case 'list':
      return `-${name}=<value> ...`;
    case 'map':
      return `-${name}=<key${flag.separator ?? '='}value> ...`;
    default:
      return `-${name}=<${flag.kind === 'uint64' ? 'int' : flag.kind}>`;
  }
}

function fallbackOf(flag: Flag): { default?: unknown } {
  return 'fallback' in flag && flag.fallback !== undefined && flag.fallback !== '' ? { default: flag.fallback } : {};
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

import { argumentsOf, type ShellCommand, type ShellWord } from './script.ts';

/** A command line of kubectl, taken apart. */
export interface KubectlCall {
  readonly words: readonly ShellWord[];
  readonly verb: ShellWord;
  /** What stands after the verb and is no flag: a kind, names. */
  readonly operands: readonly ShellWord[];
  /** Flags by their long name; a switch has the value `true`. */
  readonly flags: ReadonlyMap<string, string>;
}

const longNames = new Map([
  ['n', 'namespace'],
  ['l', 'selector'],
  ['o', 'output'],
  ['f', 'filename'],
  ['c', 'container'],
  ['p', 'patch'],
  ['k', 'kustomize'],
  ['A', 'all-namespaces'],
]);

const switches = new Set([
  'all',
  'all-namespaces',
  'follow',
  'watch',
  'force',
  'previous',
  'wait',
  'w',
  'i',
  't',
  'it',
]);

/** The call, or undefined where the command is no kubectl. `logs -f` is `follow`. */
export function kubectlCall(command: ShellCommand): KubectlCall | undefined {
  const words = argumentsOf(command, 'kubectl');
  if (words === undefined) return undefined;
  const flags = new Map<string, string>();
  const plain: ShellWord[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined || word.text === '--') break;
    const flag = /^-{1,2}([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word.text);
    if (flag === null) {
      plain.push(word);
      continue;
    }
    const short = flag[1] ?? '';
    const logs = plain[0]?.text === 'logs' && short === 'f' && !word.text.startsWith('--');
    const name = logs ? 'follow' : word.text.startsWith('--') ? short : (longNames.get(short) ?? short);
    const next = words[index + 1];
    if (flag[2] !== undefined) flags.set(name, flag[2]);
    else if (switches.has(name) || next === undefined || next.text.startsWith('-')) flags.set(name, 'true');
    else {
      flags.set(name, next.text);
      index++;
    }
  }
  const verb = plain[0];
  return verb === undefined ? undefined : { words, verb, operands: plain.slice(1), flags };
}

/** Kind and name of the first operand, from `kind name` or `kind/name`; the kind in lower case and singular. */
export function targetOf(call: KubectlCall): { readonly kind: string; readonly name: string | undefined } {
  const [first, second] = call.operands;
  const [kind = '', name] = (first?.text ?? '').split('/');
  return { kind: singular(kind.toLowerCase()), name: name ?? second?.text };
}

const shortKinds = new Map([
  ['po', 'pod'],
  ['svc', 'service'],
  ['deploy', 'deployment'],
  ['ing', 'ingress'],
  ['sts', 'statefulset'],
  ['cm', 'configmap'],
  ['hpa', 'horizontalpodautoscaler'],
  ['ingresses', 'ingress'],
]);

function singular(kind: string): string {
  const plain = kind.split('.')[0] ?? kind;
  return shortKinds.get(plain) ?? (plain.endsWith('s') && !plain.endsWith('ss') ? plain.slice(0, -1) : plain);
}

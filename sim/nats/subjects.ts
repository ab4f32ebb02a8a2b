/** Subjects by number: everything behind the client compares and looks up integers. */
export class SubjectTable {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #keys: (string | undefined)[] = [];

  number(subject: string): number {
    let number = this.#numbers.get(subject);
    if (number === undefined) {
      number = this.#names.length;
      this.#numbers.set(subject, number);
      this.#names.push(subject);
    }
    return number;
  }

  name(number: number): string {
    const name = this.#names[number];
    if (name === undefined) throw new RangeError(`no subject ${number}`);
    return name;
  }

  /** What follows the first `prefixLength` letters: of a bucket's subject, its key. The same text each time, hashed once. */
  key(number: number, prefixLength: number): string {
    return (this.#keys[number] ??= this.name(number).slice(prefixLength));
  }
}

export function isWildcard(filter: string): boolean {
  return filter.split('.').some((token) => token === '*' || token === '>');
}

const dot = 0x2e;
const star = 0x2a;
const greater = 0x3e;

/** `*` stands for one token, `>` for one or more at the end. */
export function subjectMatches(filter: string, subject: string): boolean {
  if (filter === subject) return true;
  // Token by token without cutting: most pairs part in the first letters.
  let at = 0;
  let from = 0;
  for (;;) {
    const isToken = filter.length === at + 1 || filter.charCodeAt(at + 1) === dot;
    if (isToken && filter.charCodeAt(at) === greater) return true;
    if (isToken && filter.charCodeAt(at) === star) {
      at++;
      while (from < subject.length && subject.charCodeAt(from) !== dot) from++;
    } else {
      while (at < filter.length && filter.charCodeAt(at) !== dot) {
        if (filter.charCodeAt(at) !== subject.charCodeAt(from)) return false;
        at++;
        from++;
      }
      if (from < subject.length && subject.charCodeAt(from) !== dot) return false;
    }
    const filterEnds = at >= filter.length;
    const subjectEnds = from >= subject.length;
    if (filterEnds || subjectEnds) return filterEnds && subjectEnds;
    at++;
    from++;
  }
}

/** True where all that `other` stands for is `filter`'s too. */
export function filterCovers(filter: string, other: string): boolean {
  if (filter === other) return true;
  const wanted = filter.split('.');
  const tokens = other.split('.');
  for (const [index, token] of wanted.entries()) {
    if (token === '>') return tokens.length > index;
    const given = tokens[index];
    if (given === undefined || given === '>') return false;
    if (token !== '*' && token !== given) return false;
  }
  return wanted.length === tokens.length;
}

/** True where some subject matches both. */
export function filtersOverlap(left: string, right: string): boolean {
  if (left === right) return true;
  if (!mayHaveWildcard(left) && !mayHaveWildcard(right)) return false;
  const lefts = left.split('.');
  const rights = right.split('.');
  const shared = Math.min(lefts.length, rights.length);
  for (let index = 0; index < shared; index++) {
    const a = lefts[index];
    const b = rights[index];
    if (a === '>' || b === '>') return true;
    if (a !== '*' && b !== '*' && a !== b) return false;
  }
  return lefts.length === rights.length;
}

function mayHaveWildcard(filter: string): boolean {
  return filter.includes('*') || filter.includes('>');
}

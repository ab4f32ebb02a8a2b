/** Something that runs against real servers need of this machine. */
export interface LiveNeed {
  readonly name: string;
  readonly state:
    | { readonly kind: 'present'; readonly detail: string }
    /** `command` puts it right. */
    | { readonly kind: 'missing'; readonly detail: string; readonly command: string };
}

/** What a leader knows of one member of its group, in its memory only. */
export class PeerProgress {
  /** Last entry that is known to be in the member's log. */
  match = 0;
  /** First entry that was not sent to it. */
  next = 1;
  /** Messages that it has not answered. */
  unanswered = 0;
  heardUs = 0;

  resume(next: number): void {
    this.next = next;
    this.unanswered = 0;
  }

  /** What was on its way may be lost: everything behind the match is sent again. */
  rewind(): void {
    this.unanswered = 0;
    this.next = this.match + 1;
  }

  /** Another member has taken its place. */
  forget(): void {
    this.match = 0;
    this.rewind();
  }

  /** Something went out to it, and is to be answered. */
  asked(): void {
    this.unanswered++;
  }

  answered(nowUs: number): void {
    this.heardUs = nowUs;
    this.unanswered = Math.max(0, this.unanswered - 1);
  }

  matched(index: number): void {
    this.match = Math.max(this.match, index);
    this.next = Math.max(this.next, index + 1);
  }
}

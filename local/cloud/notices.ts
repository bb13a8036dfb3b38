/** A resource type or property of the template that is not implemented here. */
export interface Notice {
  /** `left-out`: it makes no difference. `warning`: behaviour here differs from AWS in a way that may matter. */
  readonly severity: 'left-out' | 'warning';
  /** A resource type, or a type and a property: `AWS::S3::Bucket.AccelerateConfiguration`. */
  readonly subject: string;
  readonly reason: string;
  /** The place of the first one, as `stack/logical ID`. */
  readonly resources: readonly string[];
}

/** Collects notices: one for each subject and reason, however many resources have it. */
export class NoticeBoard {
  readonly #notices = new Map<string, { notice: Notice; resources: string[] }>();
  readonly #announce: (notice: Notice) => void;

  constructor(announce: (notice: Notice) => void) {
    this.#announce = announce;
  }

  add(severity: Notice['severity'], subject: string, reason: string, resource?: string): void {
    const key = `${subject}\n${reason}`;
    const known = this.#notices.get(key);
    if (known) {
      if (resource !== undefined && !known.resources.includes(resource)) known.resources.push(resource);
      return;
    }
    const resources = resource === undefined ? [] : [resource];
    const notice: Notice = { severity, subject, reason, resources };
    this.#notices.set(key, { notice, resources });
    this.#announce(notice);
  }

  list(): Notice[] {
    return [...this.#notices.values()].map(({ notice }) => notice);
  }
}

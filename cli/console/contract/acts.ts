// Acts

/**
 * An act, in the names of the page. The server makes the calls of the operations function from it:
 *
 * - `pause` and `resume` have `lanes`
 * - `replay` has nothing
 * - `redrive` has `queue`, as the dead-letter queues are named, and may have `perSecond` and `limit`
 * - `purge` has `queue`. The server writes the letters into a file first
 * - `quarantine-release` and `quarantine-drop` have `key`
 * - `sender-confirm` and `sender-reject` have `source` and `sender`
 * - `campaign-approve`, `-pause`, `-resume` and `-cancel` have `source` and `campaign`
 * - `campaign-retire` has the same. It deletes the links of the campaign
 */
export interface Act {
  name: string;
  [field: string]: unknown;
}

/** An act that the page may offer for an item. */
export interface ActForm {
  act: Act;
  /** The words of its button: “Replay”. */
  label: string;
  reason: 'required' | 'optional';
  /** The question of the confirmation. Null: the act needs none. */
  confirmation: string | null;
  isDestructive: boolean;
}

/** POST /api/acts/preview: { acts } → ActPreview */
export interface ActPreview {
  /** The command line of each act, to paste. */
  verbs: string[];
  forms: ActForm[];
}

/** POST /api/acts: ActRequest → ActRun. All acts have one reason, and run one after another. */
export interface ActRequest {
  /** 1 to 500. */
  acts: Act[];
  /** One line of at most 500 characters. */
  reason?: string;
  /** The operator has confirmed what the page showed. */
  confirm: true;
}

/** GET /api/acts → ActRun[], the newest first: what this server has carried out since its start. */
export interface ActRun {
  run: string;
  startedAt: number;
  endedAt: number | null;
  state: 'running' | 'done' | 'failed';
  /** Acts that have ended, and all. */
  done: number;
  of: number;
  items: {
    act: Act;
    verb: string;
    state: 'waiting' | 'running' | 'done' | 'failed';
    /** What it did so far: `{ redriven: 12 }`. */
    effect: Record<string, number>;
    /** One sentence: what was done, or why not. */
    words: string;
  }[];
}

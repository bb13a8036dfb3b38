import { type CampaignKey, campaignKey } from '../domain/campaign/places.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { HttpApiEnvironment } from './env.ts';
import type { HttpApiPorts } from './ports.ts';

/** Above the 65 days that a command may wait (docs/architecture.md). Its outcome is remembered from then on. */
export const longestWaitDays = 70;
const daySeconds = 86_400;
/** An environment forgets all of them then, and notes them again. */
const mostRemembered = 10_000;

/**
 * Notes which campaigns have links by calls. For the first file of a campaign, the check reads the ledger only if the
 * campaign is noted. An environment notes a campaign once a day.
 */
export class CampaignNotes {
  readonly #settings: Pick<HttpApiEnvironment, 'DEDUPLICATION_WINDOW_DAYS'>;
  readonly #ports: Pick<HttpApiPorts, 'records' | 'clock'>;
  /** When this environment notes each campaign again, in epoch seconds. */
  readonly #again = new Map<string, number>();

  constructor(
    settings: Pick<HttpApiEnvironment, 'DEDUPLICATION_WINDOW_DAYS'>,
    ports: Pick<HttpApiPorts, 'records' | 'clock'>,
  ) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Notes a campaign. It comes before the command, so a file that is checked later sees its request. */
  async note(campaign: CampaignKey): Promise<void> {
    const { records, clock } = this.#ports;
    const now = secondsNow(clock);
    const key = campaignKey(campaign);
    if ((this.#again.get(key) ?? 0) > now) return;
    const days = this.#settings.DEDUPLICATION_WINDOW_DAYS + longestWaitDays;
    await records.noteCampaign(campaign, now + days * daySeconds);
    if (this.#again.size >= mostRemembered) this.#again.clear();
    this.#again.set(key, now + daySeconds);
  }
}

/** A campaign of a lane, for the sender. */
export interface Sharer {
  /** `crm/spring` */
  key: string;
  /** Rows with a command that are not sent yet. */
  rowsLeft: number;
  /** Rows that are sent and not settled. */
  outstanding: number;
  /** Epoch milliseconds. */
  sendBy?: number | undefined;
  paused: boolean;
}

/**
 * How many rows each campaign may send now. Their sum and all that is outstanding never exceed `aheadRows`.
 *
 * @param aheadRows 30 seconds of the lane's rate
 */
export declare function rowsToSend(
  campaigns: readonly Sharer[],
  lane: { aheadRows: number; rowsPerSecond: number; nowMilliseconds: number },
): Map<string, number>;

export interface CampaignForecast {
  /** Epoch milliseconds. Undefined for a paused campaign. */
  end: number | undefined;
  /** Undefined without `sendBy`. */
  inTime: boolean | undefined;
}

/** When each campaign will end if the lane keeps its rate and carries nothing else. */
export declare function forecast(
  campaigns: readonly Sharer[],
  lane: { rowsPerSecond: number; nowMilliseconds: number },
): Map<string, CampaignForecast>;

/** Errors on purpose, with which clients are tested. */

export type ChaosTrigger = {
  /** SMTP reply code, 400 to 599. */
  readonly code: number;
  /** Percent of the commands that fail, 0 to 100. */
  readonly probability: number;
};

export type ChaosTriggers = {
  /** MAIL. */
  readonly sender: ChaosTrigger;
  /** Each RCPT. */
  readonly recipient: ChaosTrigger;
  /** Each AUTH. */
  readonly authentication: ChaosTrigger;
};

/** Nothing fails; the codes are those of triggers that name none. */
export const noChaos: ChaosTriggers = {
  sender: { code: 451, probability: 0 },
  recipient: { code: 451, probability: 0 },
  authentication: { code: 535, probability: 0 },
};

/** The database in whose folder models lie; where there is none, the committed ones are there. */
export const databaseOption = {
  type: 'string',
  path: true,
  default: 'artefacts/tracking.sqlite',
  describe: 'the tracking database, in whose folder the models lie',
} as const;

import { defineConfig } from 'drizzle-kit';

// After a change of src/schema.ts: `npx drizzle-kit generate --name <what changed>`; commit the SQL.
export default defineConfig({ dialect: 'sqlite', schema: './src/schema.ts', out: './migrations' });

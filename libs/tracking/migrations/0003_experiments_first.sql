CREATE TABLE `saved_views` (
	`name` text PRIMARY KEY NOT NULL,
	`query` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `runs_by_experiment`;--> statement-breakpoint
CREATE INDEX `runs_overview` ON `runs` (`experiment_id`,`parent_id`,`status`,`started_at`,`finished_at`,`heartbeat_at`,`engine`,`host`);--> statement-breakpoint
ALTER TABLE `variants` ADD `verifications` integer;
CREATE TABLE `job_runs` (
	`run_id` integer NOT NULL,
	`piece` text NOT NULL,
	`job` text NOT NULL,
	`host` text NOT NULL,
	`log` text NOT NULL,
	`started_at` integer NOT NULL,
	`seconds` real NOT NULL,
	PRIMARY KEY(`run_id`, `piece`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `jobs` ADD `expected_seconds` real;
CREATE TABLE `jobs` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`node` text,
	`restarts` integer DEFAULT 0 NOT NULL,
	`cpus` integer NOT NULL,
	`gpus` integer NOT NULL,
	`submitted_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `journals` (
	`name` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL,
	`broken` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `runs` ADD `job` text;
CREATE TABLE `artefacts` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`path` text NOT NULL,
	`kind` text NOT NULL,
	`sha256` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `artefacts_by_run` ON `artefacts` (`run_id`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`level` text NOT NULL,
	`message` text NOT NULL,
	`time` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `events_by_run` ON `events` (`run_id`);--> statement-breakpoint
CREATE TABLE `experiments` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `experiments_name_unique` ON `experiments` (`name`);--> statement-breakpoint
CREATE TABLE `metrics` (
	`run_id` integer NOT NULL,
	`key` text NOT NULL,
	`step` integer NOT NULL,
	`value` real,
	`time` integer NOT NULL,
	PRIMARY KEY(`run_id`, `key`, `step`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` integer PRIMARY KEY NOT NULL,
	`experiment_id` integer NOT NULL,
	`parent_id` integer,
	`name` text NOT NULL,
	`variant` text,
	`stage` text,
	`seed` integer,
	`config` text NOT NULL,
	`config_hash` text NOT NULL,
	`status` text NOT NULL,
	`error` text,
	`git_revision` text,
	`git_dirty` integer,
	`engine` text,
	`engine_versions` text,
	`host` text NOT NULL,
	`pid` integer NOT NULL,
	`process_start` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`heartbeat_at` integer NOT NULL,
	FOREIGN KEY (`experiment_id`) REFERENCES `experiments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `runs_by_experiment` ON `runs` (`experiment_id`);--> statement-breakpoint
CREATE INDEX `runs_by_parent` ON `runs` (`parent_id`);--> statement-breakpoint
CREATE INDEX `runs_by_status` ON `runs` (`status`);--> statement-breakpoint
CREATE TABLE `score_curves` (
	`run_id` integer NOT NULL,
	`benchmark` text NOT NULL,
	`kind` text NOT NULL,
	`points` text NOT NULL,
	PRIMARY KEY(`run_id`, `benchmark`, `kind`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `verification_folds` (
	`run_id` integer NOT NULL,
	`benchmark` text NOT NULL,
	`fold` integer NOT NULL,
	`accuracy` real NOT NULL,
	`threshold` real NOT NULL,
	PRIMARY KEY(`run_id`, `benchmark`, `fold`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `verification_summaries` (
	`run_id` integer NOT NULL,
	`benchmark` text NOT NULL,
	`pairs` integer NOT NULL,
	`accuracy` real NOT NULL,
	`accuracy_std` real NOT NULL,
	`auc` real NOT NULL,
	`eer` real NOT NULL,
	`tar_at_far` text NOT NULL,
	PRIMARY KEY(`run_id`, `benchmark`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);

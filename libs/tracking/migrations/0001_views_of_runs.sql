CREATE TABLE `annotations` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`name` text,
	`note` text,
	`archived_at` integer,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `metric_summaries` (
	`run_id` integer NOT NULL,
	`key` text NOT NULL,
	`step` integer NOT NULL,
	`value` real,
	`min` real,
	`max` real,
	PRIMARY KEY(`run_id`, `key`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `tags` (
	`run_id` integer NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`run_id`, `tag`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `tags_by_tag` ON `tags` (`tag`);--> statement-breakpoint
CREATE TABLE `variant_runs` (
	`variant_id` integer NOT NULL,
	`run_id` integer NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`variant_id`, `run_id`),
	FOREIGN KEY (`variant_id`) REFERENCES `variants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `variant_runs_by_run` ON `variant_runs` (`run_id`);--> statement-breakpoint
CREATE TABLE `variants` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`position` integer NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`config` text NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `variants_by_run` ON `variants` (`run_id`,`name`);--> statement-breakpoint
ALTER TABLE `runs` ADD `step` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `steps` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `seconds_left` real;--> statement-breakpoint
CREATE TABLE `metrics_compact` (
	`run_id` integer NOT NULL,
	`key` text NOT NULL,
	`step` integer NOT NULL,
	`value` real,
	`time` integer NOT NULL,
	PRIMARY KEY(`run_id`, `key`, `step`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `metrics_compact` SELECT `run_id`, `key`, `step`, `value`, `time` FROM `metrics`;
--> statement-breakpoint
DROP TABLE `metrics`;
--> statement-breakpoint
ALTER TABLE `metrics_compact` RENAME TO `metrics`;
--> statement-breakpoint
INSERT INTO `metric_summaries`
SELECT s.`run_id`, s.`key`, s.`step`, m.`value`, s.`min`, s.`max` FROM (
	SELECT `run_id`, `key`, max(`step`) AS `step`, min(`value`) AS `min`, max(`value`) AS `max` FROM `metrics` GROUP BY `run_id`, `key`
) s JOIN `metrics` m ON m.`run_id` = s.`run_id` AND m.`key` = s.`key` AND m.`step` = s.`step`;
--> statement-breakpoint
-- Earlier databases name a variant only on the runs that no other variant shares.
INSERT INTO `variants` (`run_id`, `position`, `name`, `title`, `config`)
SELECT v.`parent_id`, row_number() OVER (PARTITION BY v.`parent_id` ORDER BY v.`variant` <> 'full', v.`first`) - 1,
	v.`variant`, v.`variant`, p.`config`
FROM (
	SELECT `parent_id`, `variant`, min(`id`) AS `first` FROM `runs`
	WHERE `stage` = 'verify' AND `variant` IS NOT NULL AND `parent_id` IS NOT NULL AND `name` <> 'verify f'
	GROUP BY `parent_id`, `variant`
) v JOIN `runs` p ON p.`id` = v.`parent_id`;
--> statement-breakpoint
INSERT INTO `variant_runs` (`variant_id`, `run_id`, `role`)
SELECT v.`id`, r.`id`, CASE
	WHEN r.`stage` = 'verify' AND r.`name` <> 'verify f' THEN 'verification'
	WHEN r.`stage` = 'measure' THEN 'measures'
	WHEN r.`stage` = 'sample-grid' THEN 'sample-grid'
	ELSE 'stage' END
FROM `variants` v JOIN `runs` r ON r.`parent_id` = v.`run_id` AND r.`variant` = v.`name`;

/* SPDX-License-Identifier: MIT
 * event_draw.c - an event of the fuzzer's bytes, with arbitrary bytes for names. */
#include "fuzz/event_draw.h"

#include <stdbool.h>

/** draw_name - a terminated name in memory of just its size, to be freed; sometimes NULL. */
static char *
draw_name(struct input *input)
{
	uint8_t shape = input_byte(input);
	size_t size = shape & 0x80 ? (size_t)(shape & 0x7f) << 4 : shape & 0x7f, length;
	char *bytes, *name;

	if (shape == 0xff)
		return NULL;
	bytes = input_copy(input, &size);
	length = strnlen(bytes, size);
	name = malloc(length + 1);
	must(name);
	memcpy(name, bytes, length);
	name[length] = '\0';
	free(bytes);
	return name;
}

/** draw_enum - mostly one of the @count values, at times one beyond. */
static int
draw_enum(struct input *input, unsigned count)
{
	uint8_t byte = input_byte(input);

	return byte < 0xf0 ? (int)(byte % count) : (int)(int8_t)byte;
}

/** draw_endpoint - any address. */
static void
draw_endpoint(struct input *input, struct bg_endpoint *endpoint)
{
	input_take(input, endpoint->addr.bytes, sizeof(endpoint->addr.bytes));
	input_take(input, &endpoint->addr.scope_id, sizeof(endpoint->addr.scope_id));
	input_take(input, &endpoint->port, sizeof(endpoint->port));
	endpoint->addr.family = input_byte(input);
}

/** draw_from - places of a limit, with names of any bytes. */
static const struct bg_from *
draw_from(struct input *input, uint32_t count)
{
	static struct bg_from from[BG_FROM_MAX];

	for (uint32_t i = 0; i < count; i++) {
		from[i].kind = (uint8_t)draw_enum(input, BG_FROM_PREFIX + 1);
		input_take(input, &from[i].prefix, sizeof(from[i].prefix));
		input_take(input, from[i].interface, sizeof(from[i].interface) - 1);
	}
	return from;
}

/** draw_executed - a program, whose name is to be freed. */
static const struct bg_executed *
draw_executed(struct input *input)
{
	static struct bg_executed executed;
	uint8_t flags = input_byte(input);

	executed = (struct bg_executed){.reach = (enum bg_reach)draw_enum(input, BG_REACH_NO_ENGINE + 1),
					.script = flags & 1,
					.through = flags & 2,
					.name = draw_name(input)};
	return &executed;
}

/** event_draw - an event; its names are to be freed. */
void
event_draw(struct input *input, struct bg_event *event)
{
	uint8_t flags = input_byte(input);

	memset(event, 0, sizeof(*event));
	event->executed = flags & 32 ? draw_executed(input) : NULL;
	event->changed = flags & 1;
	event->exposed = flags & 2;
	event->has_result = flags & 4;
	event->engine = (enum bg_engine)(BG_ENGINE_PRELOAD + draw_enum(input, 2));
	event->call = (enum bg_call)draw_enum(input, 6);
	event->protocol = (enum bg_protocol)input_byte(input);
	event->requested_form = (enum bg_form)draw_enum(input, 4);
	event->result_form = (enum bg_form)draw_enum(input, 4);
	event->action = (enum bg_action)draw_enum(input, 6);
	event->mode = (enum bg_mode)draw_enum(input, 3);
	event->reason = (enum bg_reason)draw_enum(input, BG_REASON_BLOCKED + 1);
	draw_endpoint(input, &event->requested);
	draw_endpoint(input, &event->result);
	input_take(input, event->interface, sizeof(event->interface));
	event->from_count = input_byte(input) % (BG_FROM_MAX + 1);
	event->from = event->from_count ? draw_from(input, event->from_count) : NULL;
	event->program = draw_name(input);
	event->exe = draw_name(input);
	event->rule = draw_name(input);
	event->error = flags & 8 ? input_byte(input) : 0;
	if (flags & 16) {
		input_take(input, &event->error, sizeof(event->error));
		input_take(input, &event->time_s, sizeof(event->time_s));
		input_take(input, &event->time_us, sizeof(event->time_us));
		input_take(input, &event->pid, sizeof(event->pid));
		input_take(input, &event->ppid, sizeof(event->ppid));
		input_take(input, &event->uid, sizeof(event->uid));
		input_take(input, &event->fd, sizeof(event->fd));
	}
}

/** event_draw_free - what event_draw() has allocated. */
void
event_draw_free(struct bg_event *event)
{
	free((void *)(uintptr_t)event->program);
	free((void *)(uintptr_t)event->exe);
	free((void *)(uintptr_t)event->rule);
	if (event->executed)
		free((void *)(uintptr_t)event->executed->name);
}

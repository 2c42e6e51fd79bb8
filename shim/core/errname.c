/* SPDX-License-Identifier: MIT
 * errname.c - errno values and their names, both ways. Pure: strerrorname_np(3) is young and not on POSIX's
 * async-signal-safe list. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"

/** ERROR_NAME_MAX - bytes of the longest name, ENOTRECOVERABLE, terminator included. */
#define ERROR_NAME_MAX 16

/**
 * struct error_name - one errno value.
 * @value: as in errno(3)
 * @name: an array and no pointer, so that the table needs no relocation when the library is loaded
 */
struct error_name {
	int16_t value;
	char name[ERROR_NAME_MAX];
};

#define NAMED(error)                                                                                                   \
	{                                                                                                              \
		error, #error                                                                                          \
	}

/** errors - all of Linux; where two names share a value the first is printed and both are understood. */
static const struct error_name errors[] = {
	NAMED(EPERM),
	NAMED(ENOENT),
	NAMED(ESRCH),
	NAMED(EINTR),
	NAMED(EIO),
	NAMED(ENXIO),
	NAMED(E2BIG),
	NAMED(ENOEXEC),
	NAMED(EBADF),
	NAMED(ECHILD),
	NAMED(EAGAIN),
	NAMED(ENOMEM),
	NAMED(EACCES),
	NAMED(EFAULT),
	NAMED(ENOTBLK),
	NAMED(EBUSY),
	NAMED(EEXIST),
	NAMED(EXDEV),
	NAMED(ENODEV),
	NAMED(ENOTDIR),
	NAMED(EISDIR),
	NAMED(EINVAL),
	NAMED(ENFILE),
	NAMED(EMFILE),
	NAMED(ENOTTY),
	NAMED(ETXTBSY),
	NAMED(EFBIG),
	NAMED(ENOSPC),
	NAMED(ESPIPE),
	NAMED(EROFS),
	NAMED(EMLINK),
	NAMED(EPIPE),
	NAMED(EDOM),
	NAMED(ERANGE),
	NAMED(EDEADLK),
	NAMED(ENAMETOOLONG),
	NAMED(ENOLCK),
	NAMED(ENOSYS),
	NAMED(ENOTEMPTY),
	NAMED(ELOOP),
	NAMED(ENOMSG),
	NAMED(EIDRM),
	NAMED(ECHRNG),
	NAMED(EL2NSYNC),
	NAMED(EL3HLT),
	NAMED(EL3RST),
	NAMED(ELNRNG),
	NAMED(EUNATCH),
	NAMED(ENOCSI),
	NAMED(EL2HLT),
	NAMED(EBADE),
	NAMED(EBADR),
	NAMED(EXFULL),
	NAMED(ENOANO),
	NAMED(EBADRQC),
	NAMED(EBADSLT),
	NAMED(EBFONT),
	NAMED(ENOSTR),
	NAMED(ENODATA),
	NAMED(ETIME),
	NAMED(ENOSR),
	NAMED(ENONET),
	NAMED(ENOPKG),
	NAMED(EREMOTE),
	NAMED(ENOLINK),
	NAMED(EADV),
	NAMED(ESRMNT),
	NAMED(ECOMM),
	NAMED(EPROTO),
	NAMED(EMULTIHOP),
	NAMED(EDOTDOT),
	NAMED(EBADMSG),
	NAMED(EOVERFLOW),
	NAMED(ENOTUNIQ),
	NAMED(EBADFD),
	NAMED(EREMCHG),
	NAMED(ELIBACC),
	NAMED(ELIBBAD),
	NAMED(ELIBSCN),
	NAMED(ELIBMAX),
	NAMED(ELIBEXEC),
	NAMED(EILSEQ),
	NAMED(ERESTART),
	NAMED(ESTRPIPE),
	NAMED(EUSERS),
	NAMED(ENOTSOCK),
	NAMED(EDESTADDRREQ),
	NAMED(EMSGSIZE),
	NAMED(EPROTOTYPE),
	NAMED(ENOPROTOOPT),
	NAMED(EPROTONOSUPPORT),
	NAMED(ESOCKTNOSUPPORT),
	NAMED(EOPNOTSUPP),
	NAMED(EPFNOSUPPORT),
	NAMED(EAFNOSUPPORT),
	NAMED(EADDRINUSE),
	NAMED(EADDRNOTAVAIL),
	NAMED(ENETDOWN),
	NAMED(ENETUNREACH),
	NAMED(ENETRESET),
	NAMED(ECONNABORTED),
	NAMED(ECONNRESET),
	NAMED(ENOBUFS),
	NAMED(EISCONN),
	NAMED(ENOTCONN),
	NAMED(ESHUTDOWN),
	NAMED(ETOOMANYREFS),
	NAMED(ETIMEDOUT),
	NAMED(ECONNREFUSED),
	NAMED(EHOSTDOWN),
	NAMED(EHOSTUNREACH),
	NAMED(EALREADY),
	NAMED(EINPROGRESS),
	NAMED(ESTALE),
	NAMED(EUCLEAN),
	NAMED(ENOTNAM),
	NAMED(ENAVAIL),
	NAMED(EISNAM),
	NAMED(EREMOTEIO),
	NAMED(EDQUOT),
	NAMED(ENOMEDIUM),
	NAMED(EMEDIUMTYPE),
	NAMED(ECANCELED),
	NAMED(ENOKEY),
	NAMED(EKEYEXPIRED),
	NAMED(EKEYREVOKED),
	NAMED(EKEYREJECTED),
	NAMED(EOWNERDEAD),
	NAMED(ENOTRECOVERABLE),
	NAMED(ERFKILL),
	NAMED(EHWPOISON),
	NAMED(EWOULDBLOCK),
	NAMED(EDEADLOCK),
	NAMED(ENOTSUP),
};

/** same_name - is @name, of any length, the name in the table? */
static bool
same_name(const char *name, const char listed[ERROR_NAME_MAX])
{
	size_t i = 0;

	while (name[i] == listed[i] && listed[i])
		i++;
	return name[i] == listed[i];
}

/** bg_errno_name - the name of an errno value. @error: any number. Return: "E?" where it has none; never NULL. */
const char *
bg_errno_name(int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].value == error)
			return errors[i].name;
	return "E?";
}

/** bg_errno_value - the errno value of a name. @name: exact, in capitals, or NULL. Return: 0 where it is none. */
int
bg_errno_value(const char *name)
{
	if (!name)
		return 0;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (same_name(name, errors[i].name))
			return errors[i].value;
	return 0;
}

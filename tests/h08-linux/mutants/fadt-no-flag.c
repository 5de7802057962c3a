/* Says where the machine is restarted, but does not set the flag that this counts.
 *
 * @fails fadt.reset
 */
#include "linux_boot.h"

enum {
    SCI_IRQ = 9,
    RESET_VALUE = 6,
    NO_C2 = 101,
    NO_C3 = 1001,
};

static struct acpi_address port(uint64_t number, uint8_t bits)
{
    return (struct acpi_address){
        .space = 1, .bits = bits, .access = bits == 8 ? 1 : 2, .address = number};
}

void linux_fadt(struct acpi_fadt *fadt, uint32_t dsdt)
{
    *fadt = (struct acpi_fadt){
        .dsdt = dsdt,
        .x_dsdt = dsdt,
        .sci_interrupt = SCI_IRQ,
        .pm1a_event = LINUX_PM_PORT,
        .pm1_event_length = 4,
        .x_pm1a_event = port(LINUX_PM_PORT, 32),
        .pm1a_control = LINUX_PM_CONTROL,
        .pm1_control_length = 2,
        .x_pm1a_control = port(LINUX_PM_CONTROL, 16),
        .reset = port(LINUX_RESET, 8),
        .reset_value = RESET_VALUE,
        .boot_flags = ACPI_BOOT_OLD_DEVICES | ACPI_BOOT_NO_SCREEN | ACPI_BOOT_NO_CLOCK,
        .flags = ACPI_FLAG_WBINVD | ACPI_FLAG_NO_POWER_BUTTON | ACPI_FLAG_NO_SLEEP_BUTTON,
        .c2_latency = NO_C2,
        .c3_latency = NO_C3,
        .minor_revision = 4,
    };
}

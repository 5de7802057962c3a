/* nft.c - makes a table with a masquerading rule, as a container engine's network does.
 *
 * Speaks netlink by hand: nf_tables takes a batch of messages between a begin and an end. The
 * kernel loads nf_tables, nft_chain_nat and nft_masq for it. Prints "nft: ok" and exits 0.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char batch[4096];
static size_t used;
static unsigned sequence;

static struct nlmsghdr *message(unsigned type, unsigned flags, unsigned family,
                                unsigned resource)
{
    struct nlmsghdr *head = (struct nlmsghdr *)(batch + used);
    struct nfgenmsg *body = (struct nfgenmsg *)(head + 1);
    *head = (struct nlmsghdr){
        .nlmsg_len = sizeof *head + sizeof *body,
        .nlmsg_type = (uint16_t)type,
        .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
        .nlmsg_seq = sequence++,
    };
    *body = (struct nfgenmsg){.nfgen_family = (uint8_t)family,
                              .res_id = htons((uint16_t)resource)};
    used += head->nlmsg_len;
    return head;
}

static struct nlattr *attribute(struct nlmsghdr *head, unsigned type, const void *data,
                                size_t length)
{
    struct nlattr *attribute = (struct nlattr *)(batch + used);
    attribute->nla_type = (uint16_t)type;
    attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
    if (length > 0)
        memcpy((char *)attribute + NLA_HDRLEN, data, length);
    used += NLA_ALIGN(attribute->nla_len);
    head->nlmsg_len += NLA_ALIGN(attribute->nla_len);
    return attribute;
}

static void text(struct nlmsghdr *head, unsigned type, const char *string)
{
    (void)attribute(head, type, string, strlen(string) + 1);
}

static void close_nest(struct nlattr *nest)
{
    nest->nla_len = (uint16_t)(batch + used - (char *)nest);
}

static void table_chain_rule(void)
{
    const unsigned make = NLM_F_CREATE | NLM_F_ACK, nft = NFNL_SUBSYS_NFTABLES << 8;
    uint32_t hook = htonl(NF_INET_POST_ROUTING), priority = htonl(100);
    struct nlmsghdr *head = message(nft | NFT_MSG_NEWTABLE, make, NFPROTO_IPV4, 0);
    text(head, NFTA_TABLE_NAME, "kit");

    head = message(nft | NFT_MSG_NEWCHAIN, make, NFPROTO_IPV4, 0);
    text(head, NFTA_CHAIN_TABLE, "kit");
    text(head, NFTA_CHAIN_NAME, "post");
    text(head, NFTA_CHAIN_TYPE, "nat");
    struct nlattr *nest = attribute(head, NFTA_CHAIN_HOOK | NLA_F_NESTED, NULL, 0);
    (void)attribute(head, NFTA_HOOK_HOOKNUM, &hook, sizeof hook);
    (void)attribute(head, NFTA_HOOK_PRIORITY, &priority, sizeof priority);
    close_nest(nest);

    head = message(nft | NFT_MSG_NEWRULE, make | NLM_F_APPEND, NFPROTO_IPV4, 0);
    text(head, NFTA_RULE_TABLE, "kit");
    text(head, NFTA_RULE_CHAIN, "post");
    nest = attribute(head, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, NULL, 0);
    struct nlattr *item = attribute(head, NFTA_LIST_ELEM | NLA_F_NESTED, NULL, 0);
    text(head, NFTA_EXPR_NAME, "masq");
    close_nest(attribute(head, NFTA_EXPR_DATA | NLA_F_NESTED, NULL, 0));
    close_nest(item);
    close_nest(nest);
}

int main(void)
{
    enum { ANSWERS = 3 };
    char answer[8192];
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (netlink == -1)
        err(1, "netlink");
    (void)message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    table_chain_rule();
    (void)message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    if (send(netlink, batch, used, 0) != (ssize_t)used)
        err(1, "send");
    for (int i = 0; i < ANSWERS; i++) {
        ssize_t n = recv(netlink, answer, sizeof answer, 0);
        struct nlmsghdr *head = (struct nlmsghdr *)answer;
        if (n < (ssize_t)(sizeof *head + sizeof(struct nlmsgerr)) ||
            head->nlmsg_type != NLMSG_ERROR)
            errx(1, "an answer that is none");
        errno = -((struct nlmsgerr *)(head + 1))->error;
        if (errno != 0)
            err(1, "message %u", head->nlmsg_seq);
    }
    puts("nft: ok");
    return 0;
}

using System.Reflection;
using System.Reflection.Emit;

namespace Spot.Tests;

/// <summary>All types that a compiled type refers to: in its signatures, its attributes and, instruction by instruction, its method bodies.</summary>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodeByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static HashSet<Type> Of(Type type)
    {
        HashSet<Type> found = [];
        Add(type.BaseType, found);
        AddAll(type.GetInterfaces(), found);
        AddAttributes(type, found);
        AddAll(type.GetGenericArguments().Where(argument => argument.IsGenericParameter).SelectMany(argument => argument.GetGenericParameterConstraints()), found);
        foreach (FieldInfo field in type.GetFields(Declared))
        {
            AddMember(field, found);
            AddAttributes(field, found);
        }

        foreach (MethodBase method in type.GetMembers(Declared).OfType<MethodBase>())
        {
            AddMember(method, found);
            AddAttributes(method, found);
            AddBody(method, found);
        }

        return found;
    }

    private static void AddAttributes(MemberInfo member, HashSet<Type> found) => AddAll(member.CustomAttributes.Select(attribute => attribute.AttributeType), found);

    private static void AddAll(IEnumerable<Type> types, HashSet<Type> found)
    {
        foreach (Type type in types)
        {
            Add(type, found);
        }
    }

    private static void Add(Type? type, HashSet<Type> found)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType(), found);
        }
        else if (found.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type) || type.IsGenericType)
        {
            Add(type.DeclaringType, found);
            AddAll(type.IsGenericTypeDefinition ? [] : type.GetGenericArguments(), found);
        }
    }

    private static void AddMember(MemberInfo? member, HashSet<Type> found)
    {
        Add(member as Type ?? member?.DeclaringType, found);
        if (member is FieldInfo field)
        {
            Add(field.FieldType, found);
        }
        else if (member is MethodBase method)
        {
            AddAll(method.GetParameters().Select(parameter => parameter.ParameterType), found);
            AddAll(method.IsGenericMethod ? method.GetGenericArguments() : [], found);
            Add((method as MethodInfo)?.ReturnType, found);
        }
    }

    private static void AddBody(MethodBase method, HashSet<Type> found)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        AddAll(body.LocalVariables.Select(local => local.LocalType), found);
        AddAll(body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!), found);
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        foreach (int token in Tokens(body.GetILAsByteArray()!))
        {
            AddMember(method.Module.ResolveMember(token, typeArguments, methodArguments), found);
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            OpCode instruction = OpCodeByValue[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
